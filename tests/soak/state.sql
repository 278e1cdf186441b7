-- SPDX-License-Identifier: MIT
-- All that is in a CRM (main), a line each, by keys instead of ids; before it,
-- as the journal (j) has it, whose it is. Deadlines are left out: in a replay
-- they count from the clock.
CREATE TEMP VIEW whose AS
SELECT a.key AS key, r.client AS client
FROM j.action a JOIN j.record r ON r.id = a.record;
CREATE TEMP VIEW hangs AS
SELECT 'task' AS what, task AS made, role, id FROM task_on
UNION ALL SELECT 'call', call, role, id FROM call_on
UNION ALL SELECT 'note', note, role, id FROM note_on;
CREATE TEMP VIEW named AS
SELECT 'contact' AS role, id, coalesce(key, 'known') AS key FROM contact
UNION ALL SELECT 'lead', id, coalesce(key, 'known') FROM lead
UNION ALL SELECT 'deal', id, coalesce(key, 'known') FROM deal;
CREATE TEMP VIEW on_what AS
SELECT what, made, group_concat(name) AS names FROM (
	SELECT h.what, h.made, h.role || ':' || coalesce(n.key, h.id) AS name
	FROM hangs h LEFT JOIN named n ON n.role = h.role AND n.id = h.id
	ORDER BY 1, 2, 3)
GROUP BY what, made;
CREATE TEMP VIEW entity AS
SELECT 'contact' AS what, key, name AS title, text, owner, 1 AS open,
	NULL AS contact, last9, at FROM contact
UNION ALL SELECT 'lead', key, title, text, owner, open, contact, last9, at
FROM lead
UNION ALL SELECT 'deal', key, title, text, owner, open, contact, last9, at
FROM deal;

SELECT e.last9, e.what, coalesce(e.key, 'known'), e.title,
	replace(coalesce(e.text, ''), char(10), ' / '), e.owner, e.open,
	coalesce((SELECT coalesce(key, 'known') FROM contact
		WHERE id = e.contact), ''), coalesce(e.at, '')
FROM entity e
UNION ALL
SELECT coalesce(w.client, '?'), 'task', t.key, t.title,
	replace(coalesce(t.text, ''), char(10), ' / '), t.owner, t.done,
	coalesce(o.names, ''), coalesce(t.at, '')
FROM task t LEFT JOIN whose w USING (key)
LEFT JOIN on_what o ON o.what = 'task' AND o.made = t.id
UNION ALL
SELECT coalesce(w.client, '?'), 'call', c.key, c.title,
	c.direction || ' ' || coalesce(c.outcome, '') || ' ' ||
		coalesce(c.status, '') || ' ' || coalesce(c.seconds, '') ||
		' ' || coalesce(c.recording, ''), c.owner, 0,
	coalesce(o.names, ''), coalesce(c.at, '')
FROM call c LEFT JOIN whose w USING (key)
LEFT JOIN on_what o ON o.what = 'call' AND o.made = c.id
UNION ALL
SELECT coalesce(w.client, '?'), 'note', n.key, coalesce(n.title, ''),
	replace(coalesce(n.text, ''), char(10), ' / '), '', 0,
	coalesce(o.names, ''), coalesce(n.at, '')
FROM note n LEFT JOIN whose w USING (key)
LEFT JOIN on_what o ON o.what = 'note' AND o.made = n.id;
