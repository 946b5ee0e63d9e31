-- demo.sql - the documented example, as it is: user 2 and their seven tokens,
-- which expired in 2023; plus one live token, the caller's own.
--
-- Every secret in here is published.  Never load it into a real database.

\set ON_ERROR_STOP on

INSERT INTO "user" (id, username, email, owner) VALUES
	(1, 'admin', 'admin@example.com', true),
	(2, 'demo',  'demo@example.com',  true);

INSERT INTO oauth2_application
	(id, client_id, client_type, authorization_grant_type, name, user_id)
VALUES
	(1, 'zkWlN0PkIKSN0C11CfUHUj84OT5XOJ6tDZ6bDRO2', 'PUBLIC',
	    'CLIENT_CREDENTIALS', 'frontend', 1);

INSERT INTO oauth2_access_token
	(oauth2_application_id, user_id, expires, token)
VALUES
	(1, 2, '2023-08-01 01:24:36.096940+00',
	    'Uv2C4YklZaKtEPFigzGblFZ8fCx33598ZvZ3JJCyDiw'),
	(1, 2, '2023-08-01 01:24:37.132478+00',
	    'dUSVnZc_8JirhcB1QHXqyFTIUFwwpoWLdHT4I8Fuxmc'),
	(1, 2, '2023-08-04 20:28:16.966716+00',
	    'tQYy-W363hpWK7JRHur8gOFb-3BFe6Tp9afWDGtrQh4'),
	(1, 2, '2023-08-07 20:34:40.608736+00',
	    'dAq4jS5XaPrntFMIcQMNaXpKEUyi2ajAsgqAWXFw1fI'),
	(1, 2, '2023-08-11 18:37:52.832016+00',
	    'ZBVozeqrPgnF-CoaUHEzMW1BbDJS2o66EJ6T2XOk2xE'),
	(1, 2, '2023-08-18 23:41:51.418942+00',
	    'bScSh2uTtnjMlfOjMqyytvbXj1HHQ-CJJt17qIzaP9g'),
	(1, 2, '2023-08-18 23:41:52.480598+00',
	    'JS3Umh826UoZzbuGQUsj36PSBwruVCzQYlRFf3KmJWA'),
	(1, 2, pg_catalog.date_trunc('second'::text, now()) + interval '30 days',
	    'some_really_long_string');

-- Mage's tokens live 30 days.
UPDATE oauth2_access_token SET created_at = expires - interval '30 days';

SELECT pg_catalog.setval('user_id_seq'::regclass, 2::bigint);
SELECT pg_catalog.setval('oauth2_application_id_seq'::regclass, 1::bigint);
