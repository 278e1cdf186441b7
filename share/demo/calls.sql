-- SPDX-License-Identifier: MIT
-- results.ndjson as a table: what was called, decided and made. Lines of JSON
-- with commas between them are an array of it.
.mode column
WITH result(r) AS (
	SELECT value FROM json_each('[' || replace(rtrim(
		CAST(readfile('results.ndjson') AS TEXT), char(10)),
		char(10), ',') || ']')
)
SELECT
	substr('SunMonTueWedThuFriSat', 1 + 3 * strftime('%w',
		substr(json_extract(r, '$.at'), 1, 10)), 3) || ' ' ||
		substr(json_extract(r, '$.at'), 12, 5) AS "when",
	replace(coalesce(json_extract(r, '$.client.phone'),
		CASE json_extract(r, '$.direction') WHEN 'internal'
			THEN '' ELSE '(hidden)' END), '+', '') AS client,
	CASE WHEN json_extract(r, '$.direction') = 'internal' THEN 'internal'
		ELSE json_extract(r, '$.direction') || ' ' ||
			CASE WHEN json_extract(r, '$.running') THEN 'running'
			ELSE coalesce(json_extract(r, '$.outcome'), '') END
		END AS call,
	CASE json_extract(r, '$.plan.by')
		WHEN 'unbound' THEN '(unknown)'
		WHEN 'nobody' THEN ''
		ELSE coalesce(substr(json_extract(r, '$.answered_by.name'), 1,
			instr(json_extract(r, '$.answered_by.name') || ' ', ' ')
			- 1), '') END AS colleague,
	coalesce(json_extract(r, '$.plan.client'), '') AS "is",
	coalesce(json_extract(r, '$.plan.line'), '') AS line,
	coalesce((SELECT group_concat(
		coalesce(json_extract(a.value, '$.entity'), 'task') || ' ' ||
		coalesce(json_extract(a.value, '$.id'),
			json_extract(a.value, '$.state')) ||
		CASE WHEN json_extract(a.value, '$.do') = 'task' AND (SELECT
			done FROM task WHERE id = json_extract(a.value, '$.id'))
			THEN ' ✓' ELSE '' END, ', ')
		FROM json_each(r, '$.result.actions') AS a),
		CASE WHEN json_array_length(r, '$.plan.actions') = 0
			THEN 'nothing to do'
		WHEN json_extract(r, '$.result.reason') LIKE 'leg of %'
			THEN 'skipped: leg of a call above'
			ELSE json_extract(r, '$.result.state') || ': ' ||
				json_extract(r, '$.result.reason') END)
		AS "what was made"
FROM result ORDER BY json_extract(r, '$.at');
