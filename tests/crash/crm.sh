# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What a crash must not change: the local CRM by keys instead of ids, so that
# two runs that made the same things in another order are equal.

# crm_state DIR: prints contacts, leads, deals and tasks, one a line.
crm_state() {
	sqlite3 "$1/crm.db" <<'SQL'
SELECT 'contact', key, name, phone, owner FROM contact ORDER BY key, id;
SELECT 'lead', l.key, l.title, l.phone, l.owner, l.open, c.phone FROM lead l
  LEFT JOIN contact c ON c.id = l.contact ORDER BY l.key, l.id;
SELECT 'deal', key, title, phone, owner, open FROM deal ORDER BY key, id;
SELECT 'task', t.key, t.title, replace(t.text, char(10), ' / '), t.owner,
  t.done, t.due,
  (SELECT group_concat(w) FROM (SELECT o.role || ':' || coalesce(
     (SELECT key FROM lead WHERE o.role = 'lead' AND id = o.id),
     (SELECT key FROM contact WHERE o.role = 'contact' AND id = o.id),
     (SELECT key FROM deal WHERE o.role = 'deal' AND id = o.id), o.id) AS w
   FROM task_on o WHERE o.task = t.id ORDER BY 1))
  FROM task t ORDER BY t.key, t.id;
SQL
}

# crm_doubles DIR: keys that stand twice, none if all is well.
crm_doubles() {
	sqlite3 "$1/crm.db" "
SELECT key FROM contact WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1
UNION ALL SELECT key FROM lead WHERE key IS NOT NULL
  GROUP BY key HAVING count(*) > 1
UNION ALL SELECT key FROM deal WHERE key IS NOT NULL
  GROUP BY key HAVING count(*) > 1
UNION ALL SELECT key FROM task WHERE key IS NOT NULL
  GROUP BY key HAVING count(*) > 1"
}

# crash_seed: makes here the project `seed` with one known client; `in`, the
# records of three clients (new and answered; new, missed and then called back;
# known and taken by a colleague); `planned`, the same with their plans; and
# `want`, the CRM after an undisturbed run.
crash_seed() {
	cp -r "$TOP/share/example/shop" seed
	chmod 700 seed
	"$BIN/ringo-match" -C seed </dev/null
	sqlite3 seed/crm.db "
		INSERT INTO contact(name, phone, owner, created)
		VALUES ('Known', '+380675550119', '7', 0)"
	"$BIN/ringo-normalize" -C seed <"$TOP/share/samples/calls-log.json" |
		grep -E '_-(1795072361|1795075533|1795158195|1795245345)\.' >in
	"$BIN/ringo-match" -C seed <in >planned
	cp -r seed calm
	"$BIN/ringo-push" -C calm <planned >/dev/null
	crm_state calm >want
}
