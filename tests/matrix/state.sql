-- SPDX-License-Identifier: MIT
-- What came of the calls of tests/matrix/orders and tests/matrix/calls, a line
-- each: number of the client (in the ids of its calls and at the end of its
-- phone number), call and action, owner; for a task whether it is done, and the
-- client on whose lead it hangs.
SELECT substr(key, -4) || ' contact ' || owner FROM contact
UNION ALL
SELECT substr(key, 13, 4) || ' ' || substr(key, 17) || ' ' || owner FROM lead
UNION ALL
SELECT substr(t.key, 13, 4) || ' ' || substr(t.key, 17) || ' ' || t.owner ||
	iif(t.done, ' done', ' open') || coalesce(' on ' || (
		SELECT group_concat(substr(l.key, 13, 4)) FROM task_on o
		JOIN lead l ON l.id = o.id AND o.role = 'lead'
		WHERE o.task = t.id), '')
FROM task t
UNION ALL
SELECT 'deal ' || id FROM deal
UNION ALL
SELECT 'call ' || id FROM call
UNION ALL
SELECT 'note ' || id FROM note;
