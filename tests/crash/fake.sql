-- SPDX-License-Identifier: MIT
-- All that is in a CRM of tests/crash/fake.sh, a line each, by key instead of
-- id; what hangs on something says on what.
CREATE TEMP VIEW thing AS
SELECT 'contact' AS role, id, coalesce(key, name) AS name FROM contact
UNION ALL SELECT 'lead', id, coalesce(key, title) FROM lead
UNION ALL SELECT 'deal', id, coalesce(key, title) FROM deal
UNION ALL SELECT 'call', id, key FROM call;
CREATE TEMP VIEW hung AS
SELECT 'task' AS what, task AS id, role, id AS thing FROM task_on
UNION ALL SELECT 'call', call, role, id FROM call_on
UNION ALL SELECT 'note', note, role, id FROM note_on;
CREATE TEMP VIEW shown AS
SELECT 'contact' AS what, id, coalesce(key, name) AS key,
  owner || ' ' || phone || ' ' || name AS says FROM contact
UNION ALL
SELECT 'lead', id, coalesce(key, title), owner || ' ' || phone || ' ' || open ||
  ' ' || coalesce((SELECT name FROM thing WHERE role = 'contact'
    AND id = lead.contact), '-') || ' ' || coalesce(source, '-') || ' ' ||
  coalesce(fields, '-') FROM lead
UNION ALL
SELECT 'deal', id, coalesce(key, title), owner || ' ' || phone || ' ' || open ||
  ' ' || coalesce((SELECT name FROM thing WHERE role = 'contact'
    AND id = deal.contact), '-') || ' ' || coalesce(source, '-') || ' ' ||
  coalesce(fields, '-') FROM deal
UNION ALL
SELECT 'task', id, key, owner || ' ' || done || ' ' || title || ' ' ||
  coalesce(replace(text, char(10), '/'), '-') FROM task
UNION ALL
SELECT 'call', id, key, owner || ' ' || outcome || ' ' ||
  coalesce(recording, '-') || ' ' || coalesce(talk, '-') FROM call
UNION ALL
SELECT 'note', id, key, title || ' ' ||
  coalesce(replace(text, char(10), '/'), '-') FROM note;
SELECT what || ' ' || key || ' ' || says || coalesce((
  SELECT group_concat(on_what, '') FROM (
    SELECT ' on ' || h.role || ' ' || coalesce(name, '?') AS on_what
    FROM hung h LEFT JOIN thing t ON t.role = h.role AND t.id = h.thing
    WHERE h.what = shown.what AND h.id = shown.id ORDER BY 1)), '')
FROM shown ORDER BY 1;
