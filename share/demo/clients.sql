-- SPDX-License-Identifier: MIT
-- The clients in crm.db, and what is going on with each.
.mode column
WITH work AS (
	SELECT 'lead' AS role, id, contact, owner FROM lead WHERE open
	UNION ALL SELECT 'deal', id, contact, owner FROM deal WHERE open
), todo AS (
	SELECT DISTINCT task.id, task.done, coalesce(work.contact,
		CASE task_on.role WHEN 'contact' THEN task_on.id END) AS contact
	FROM task JOIN task_on ON task_on.task = task.id
	LEFT JOIN work
		ON work.role = task_on.role AND work.id = task_on.id
)
SELECT
	contact.id AS contact,
	contact.phone,
	coalesce(nullif(contact.name, contact.phone), '') AS name,
	user.name AS owner,
	coalesce((SELECT group_concat(role || ' ' || id, ', ') FROM work
		WHERE work.contact = contact.id), '') AS "open",
	(SELECT coalesce(sum(done), 0) FROM todo
		WHERE todo.contact = contact.id) AS done,
	(SELECT coalesce(sum(NOT done), 0) FROM todo
		WHERE todo.contact = contact.id) AS "to do"
FROM contact LEFT JOIN user ON user.id = contact.owner
ORDER BY contact.id;
