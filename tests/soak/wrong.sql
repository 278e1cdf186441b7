-- SPDX-License-Identifier: MIT
-- What may never be in a project's CRM (main) and journal (j), nor in two that
-- had the same records (ref: the later clock): a line each. All is well: "ok".
PRAGMA integrity_check;
PRAGMA foreign_key_check;

CREATE TEMP VIEW made AS
SELECT 'contact' AS what, key, id FROM contact WHERE key IS NOT NULL
UNION ALL SELECT 'lead', key, id FROM lead WHERE key IS NOT NULL
UNION ALL SELECT 'deal', key, id FROM deal WHERE key IS NOT NULL
UNION ALL SELECT 'task', key, id FROM task
UNION ALL SELECT 'call', key, id FROM call
UNION ALL SELECT 'note', key, id FROM note;

SELECT 'twice: ' || what || ' ' || key FROM made
GROUP BY what, key HAVING count(*) > 1;
SELECT 'twice: contact of ' || phone FROM contact
GROUP BY phone HAVING count(*) > 1;
SELECT 'twice: lead of ' || phone FROM lead GROUP BY phone HAVING count(*) > 1;

SELECT 'twice: the journal knows nothing of ' || what || ' ' || key FROM made
WHERE key NOT IN (SELECT key FROM j.action WHERE state = 'done');
SELECT 'lost: done, and not in the CRM: ' || key || ' ' || coalesce(crm, '')
FROM j.action a WHERE state = 'done' AND key NOT LIKE '%/update.%'
AND NOT EXISTS (
	SELECT 1 FROM made m, json_each(a.crm) r
	WHERE m.key = a.key AND m.what = r.value ->> 'role'
	AND m.id = r.value ->> 'id');

SELECT 'lost: record ' || key || ' is ' || state || ', ' || coalesce(reason, '')
FROM j.record WHERE state NOT IN ('done', 'skipped');
SELECT 'lost: action ' || key || ' is ' || state || ', ' || coalesce(error, '')
FROM j.action WHERE state NOT IN ('done', 'skipped');
SELECT 'lost: action ' || key || ' is skipped, ' || error
FROM j.action WHERE state = 'skipped' AND error LIKE 'needs %'
AND key NOT LIKE '%/update.%';

SELECT 'lost: the contact of lead ' || key FROM lead
WHERE contact IS NULL OR contact NOT IN (SELECT id FROM contact);
SELECT 'lost: ' || role || ' ' || id || ' on which task ' || task || ' hangs'
FROM task_on WHERE NOT EXISTS (
	SELECT 1 FROM contact c WHERE role = 'contact' AND c.id = task_on.id
	UNION ALL
	SELECT 1 FROM lead l WHERE role = 'lead' AND l.id = task_on.id
	UNION ALL
	SELECT 1 FROM deal d WHERE role = 'deal' AND d.id = task_on.id);

SELECT 'late: task ' || t.key || ' is due ' || t.due || ', not ' || r.due
FROM task t JOIN ref.task r ON r.key = t.key WHERE t.due > r.due;
