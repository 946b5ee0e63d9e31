-- session.sql - what the program asks of a new connection: the server's own end
-- of a wait that is too long, whatever the role says.
--
--   $1 bigint  milliseconds to wait for a lock
--   $2 bigint  milliseconds that a statement may take

SELECT set_config('lock_timeout', $1::text, false),
	set_config('statement_timeout', $2::text, false);
