#!/bin/sh
# oauth_access_tokens.fcgi - start the program on shared hosting, by FastCGI or
# CGI; see .htaccess beside this file.
#
# The program and its settings are found two directories up, outside the
# document root: for ~/public_html/api/ that is ~/bin/oauth_access_tokens and
# ~/.pg_service.conf.  On a host with suEXEC this is the only place for
# settings; "oauth_access_tokens --help" lists them.  Keep this file at mode
# 700: others' web space is on the same machine.
set -eu

home=$(cd "$(dirname "$0")/../.." && pwd)

: "${PGSERVICEFILE:=$home/.pg_service.conf}"
: "${OAUTH_TOKENS_DATABASE:=service=oauth_access_tokens}"
export PGSERVICEFILE OAUTH_TOKENS_DATABASE

exec "$home/bin/oauth_access_tokens"
