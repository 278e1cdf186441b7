-- SPDX-License-Identifier: MIT
-- Whom the shop knows in every case of ringo-match. The last digits tell what
-- they have; the owners are 7 (Olena), 8 (Ivan), 9 (Maryana, the senior) and
-- 99, a user who is in no line of employees.csv.

INSERT INTO user(id, name) VALUES ('99', 'Taras');

INSERT INTO contact(id, name, phone, owner, created) VALUES
	(201, 'a contact only',       '+380675550201', '7',  1),
	(202, 'with a lead',          '+380675550202', '7',  1),
	(203, 'with a deal',          '+380675550203', '7',  1),
	(204, 'with lead and deal',   '+380675550204', '7',  1),
	(205, 'closed lead and deal', '+380675550205', '8',  1),
	(206, 'of a stranger',        '+380675550206', '99', 1),
	(207, 'the older of two',     '+380675550207', '7',  1),
	(307, 'the newer of two',     '+380675550207', '8',  2),
	(208, 'in national form',     '0675550208',    '8',  1);

INSERT INTO lead(id, title, contact, phone, owner, open, created) VALUES
	(402, 'open',            202,  NULL,            '8',  1, 1),
	(404, 'open',            204,  NULL,            '9',  1, 1),
	(405, 'closed',          205,  NULL,            '7',  0, 1),
	(407, 'older',           207,  NULL,            '8',  1, 1),
	(507, 'newer',           207,  NULL,            '9',  1, 2),
	(409, 'without contact', NULL, '+380675550209', '8',  1, 1);

INSERT INTO deal(id, title, contact, phone, owner, open, created) VALUES
	(603, 'open',            203,  NULL,            '9',  1, 1),
	(604, 'open',            204,  NULL,            '8',  1, 1),
	(605, 'closed',          205,  NULL,            '7',  0, 1);
