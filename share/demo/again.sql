-- SPDX-License-Identifier: MIT
-- again.ndjson: how many results of each kind.
.mode column
SELECT json_extract(value, '$.result.state') AS result, count(*) AS calls
FROM json_each('[' || replace(rtrim(CAST(readfile('again.ndjson') AS TEXT),
	char(10)), char(10), ',') || ']')
GROUP BY 1 ORDER BY 2 DESC;
