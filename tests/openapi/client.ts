/*
 * client.ts - a client that is made from cgi/openapi.json: it reads the demo.
 *
 * It takes the address below which the program answers, the API key and the
 * token, and prints what it read, as JSON.  test_client checks that, and makes
 * programs of this one that must not compile.
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Token = components["schemas"]["Token"];
type Query = paths["/oauth_access_tokens"]["get"]["parameters"]["query"];

declare const process: { argv: string[] }; /* of Node.js */

const [baseUrl, key, token] = process.argv.slice(2);

function as(bearer: string) {
	return createClient<paths, "application/json">({
		baseUrl,
		headers: { "X-API-KEY": key, "OAUTH-TOKEN": bearer },
	});
}

function shown(each: Token): string {
	const expires: string | null = each.expires;
	const owner: number = each.user_id;

	return `${expires} ${each.token} ${owner}`;
}

async function main() {
	/* openapi-fetch by itself takes parameters that are not described. */
	const query: Query = { _limit: 20, _offset: 0, show_all: true };
	const caller = as(token);
	const list = await caller.GET("/oauth_access_tokens", {
		params: { query },
	});
	const one = await caller.GET("/oauth_access_tokens/current");
	const refused = await as("made_up").GET("/oauth_access_tokens");

	console.log(JSON.stringify({
		tokens: list.data?.oauth_access_tokens.map(shown),
		count: list.data?.metadata.count,
		next: list.data?.metadata.next,
		application: one.data?.oauth_access_token.application?.name,
		refused: refused.error?.error.type,
	}));
}

void main();
