-- SPDX-License-Identifier: MIT
-- Clients that the shop knew before the first call came. To put them in:
--
--	ringo-match -C DIR </dev/null             # makes DIR/crm.db
--	sqlite3 DIR/crm.db <known-clients.sql
--
-- The owner is the crm_user_id of employees.csv.

INSERT INTO contact(name, phone, owner) VALUES
	('Бондаренко Ірина', '+380675550102', '7'),
	('Мельник Андрій',   '+380675550113', '8'),
	('Ткаченко Оксана',  '+380675550115', '9'),
	('Кравчук Василь',   '+380675550118', '7'),
	('Лисенко Дмитро',   '+380675550119', '7');

-- One of them is about to buy.
INSERT INTO deal(title, contact, owner, phone)
	SELECT 'Coffee machine', id, owner, phone FROM contact
	WHERE phone = '+380675550102';
