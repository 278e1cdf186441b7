-- SPDX-License-Identifier: MIT
-- The tasks in crm.db that somebody still has to do.
.mode column
SELECT
	task.id AS task,
	task.title,
	-- Surname and first name are enough.
	substr(user.name, 1, instr(user.name, ' ') + instr(substr(user.name
		|| ' ', instr(user.name, ' ') + 1), ' ') - 1) AS "for",
	coalesce(substr('SunMonTueWedThuFriSat', 1 + 3 * strftime('%w',
		substr(task.due, 1, 10)), 3) || ' ' ||
		substr(task.due, 12, 5), '') AS "until",
	coalesce((SELECT group_concat(role || ' ' || id, ', ') FROM task_on
		WHERE task_on.task = task.id), '') AS "on"
FROM task LEFT JOIN user ON user.id = task.owner
WHERE NOT task.done ORDER BY task.id;
