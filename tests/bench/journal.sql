-- SPDX-License-Identifier: MIT
-- Fills a new journal with finished calls, three actions each, ten calls a
-- client: as many calls as the table n says. Keys begin with a time, so every
-- table grows at its end. Not journalled: nobody minds if this one breaks.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -200000;

CREATE TEMP VIEW call_of AS
WITH RECURSIVE i(n) AS (
	SELECT 0 UNION ALL SELECT n + 1 FROM i
	WHERE n + 1 < (SELECT calls FROM n))
SELECT n,
	printf('-%d.%08d', 1790000000 + n / 10, n) AS key,
	printf('67%07d', n % ((SELECT calls FROM n) / 10)) AS client,
	1790000000000 + n * 100 AS at
FROM i;

BEGIN;
INSERT INTO record(key, client, at, got, due, state, body, plan)
SELECT key || '/call.ended', client, at, at, at, 'done',
	printf('{"id":"ua7_%s","event":"call.ended",'
	    || '"at":"2026-09-21T15:33:20+02:00","direction":"in",'
	    || '"outcome":"missed","client":{"phone":"+380%s"},'
	    || '"line":"+380443334455","seconds":{"total":23,"wait":23},'
	    || '"source":{"utm_source":"google","utm_medium":"cpc"}}',
	    key, client),
	printf('{"line":1,"client":"new","by":"nobody","actions":['
	    || '{"key":"%s/lead","do":"create","entity":"lead","owner":"9",'
	    || '"title":"Call from +380%s"},'
	    || '{"key":"%s/call","do":"call","owner":"9"},'
	    || '{"key":"%s/task","do":"task","owner":"9","text":"callback"}'
	    || '],"call":"%s","basis":""}', key, client, key, key, key)
FROM call_of;
INSERT INTO action(key, record, n, state, tries, sent, crm)
SELECT key || '/' || verb, call_of.n + 1, verbs.n, 'done', 1, at,
	printf('[{"role":"%s","id":"%d"}]', verb, call_of.n)
FROM call_of,
	(SELECT 0 AS n, 'call' AS verb UNION ALL SELECT 1, 'lead'
	UNION ALL SELECT 2, 'task') AS verbs;
INSERT INTO call(key, client, state, ids)
SELECT key, client, 'new', printf('{"new_contact":"client/380%s"}', client)
FROM call_of;
INSERT INTO client(key, last, known)
SELECT client, max(key || '/call.ended'), printf('{"380%s":{"lead":'
    || '{"id":"%d","owner":"9"}}}', client, max(n))
FROM call_of GROUP BY client;
COMMIT;
PRAGMA journal_mode = WAL;
