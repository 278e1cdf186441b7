# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What tests ask of the simulator of Bitrix24.

# bitrix24_contact PHONE OWNER NAME, bitrix24_deal CONTACT OWNER TITLE: known
# before the first call. Ids of contacts begin with 3000003.
bitrix24_contact() {
	sim_post rest/crm.contact.add "{\"fields\":{\"NAME\":\"$3\",
\"ASSIGNED_BY_ID\":$2,\"PHONE\":[{\"VALUE\":\"$1\"}]}}"
}

bitrix24_deal() {
	sim_post rest/crm.deal.add "{\"fields\":{\"TITLE\":\"$3\",
\"ASSIGNED_BY_ID\":$2,\"CONTACT_ID\":$1}}"
}

# bitrix24_known: the clients of share/example/shop/known-clients.sql.
bitrix24_known() {
	bitrix24_contact +380675550102 7 'Бондаренко Ірина'
	bitrix24_contact +380675550113 8 'Мельник Андрій'
	bitrix24_contact +380675550115 9 'Ткаченко Оксана'
	bitrix24_contact +380675550118 7 'Кравчук Василь'
	bitrix24_contact +380675550119 7 'Лисенко Дмитро'
	bitrix24_deal 3000003 7 'Coffee machine'
}

# bitrix24_made: what is there, a line each: its key, owner, what it hangs on,
# and where its client came from.
bitrix24_made() {
	sim_get 'state?compare=1' | jq -r '
def key: .ORIGIN_ID // ((.DESCRIPTION // "") |
    capture("\\(ringo (?<key>[^)]*)\\)").key) // .TITLE // .NAME;
"\(.kind) \(key) -> \(.RESPONSIBLE_ID // .ASSIGNED_BY_ID)\(
    if .kind != "task" then "" elif .STATUS == 5 then " done" else " open"
    end)\([.UF_CRM_TASK, .CONTACT_IDS | arrays[]] | map(" @" + .) | add // ""
    )\(if .UTM_SOURCE then " from \(.UTM_SOURCE) \(.UTM_CAMPAIGN)" else "" end)"
' | sort
}

# bitrix24_disorder: tasks that were made before those of an earlier call of
# what they hang on.
bitrix24_disorder() {
	sim_get state | jq -rn '[inputs | select(.kind == "task") |
{id: .ID, on: (.UF_CRM_TASK // [])[0], call: ((.DESCRIPTION // "") |
    capture("\\(ringo -(?<call>[^/]*)/").call)}] |
group_by(.on)[] | select(.[0].on) | sort_by(.id) |
select(map(.call) != (map(.call) | sort)) | tostring'
}
