// page.js - what the page does: it asks the API at the page's own address.
//
// Tokens, and all that the API says, become text, never markup.  A whole token
// is in the document only in the field where the person typed it, and in the
// row where they asked for it, for REVEALED_MS.  Comments have lines of their
// own: "embed" leaves them out.
"use strict";

const {abs, asinh, max, min, round, trunc} = Math;
const DAY = 864e5, WEEK = 7 * DAY, YEAR = 365.25 * DAY;
const REVEALED_MS = 3e4;
// Tokens in a page of the list, and in a step of a search through all; how many
// steps until the person is asked whether to go on.
const PAGE = 40, STEP = 1000, STEPS = 20;

const INSECURE = "This works only over https or on localhost.";

// The elements of page.html that have an id.
const the = {};
for (const element of document.querySelectorAll("[id]"))
	the[element.id] = element;

// With the origin, since a path may begin with "//" and another server's name.
const API = location.origin + location.pathname.replace(/\/$/, "")
    .replace(/(\/pipelines\/oauth_access_tokens)\/logs$/, "$1");

// The page is in English, and in this one dates have one meaning for all.
const ENGLISH = "en-GB";
const RELATIVE = new Intl.RelativeTimeFormat(ENGLISH);
const writer = options => new Intl.DateTimeFormat(ENGLISH, options).format;
const write = writer({dateStyle: "medium", timeStyle: "short"});
const writeExactly = writer({dateStyle: "full", timeStyle: "long"});
const writeDay = writer({day: "numeric", month: "short"});
const UNITS = {year: YEAR, month: YEAR / 12, day: DAY,
    hour: 36e5, minute: 6e4, second: 1e3};
// What the timeline's axis may name: the most wanted first.
const MARKS = [[7, "day"], [1, "year"], [1, "month"], [10, "year"],
    [100, "year"], [3, "month"]];

let token, key, masked, canRevoke, store = {};
// The server's clock less ours, in milliseconds.
let ahead = 0;
// Aborted when another view of the list, or none, is wanted.
let view = new AbortController();
// Rows by id; the API's count; the query of the next page, if there is one.
let rows = new Map(), count, more;
// Of a long active list, the lives that end first: the list's end.
let tail = [];
// The number of the search that counts, what it looks for, how far it has come
// among all tokens, the query of those that follow, and the row that it
// brought.
let searches = 0, wanted, depth, deeper, extra;
const revealed = new Set();

const now = () => Date.now() + ahead;

// Make an element of HTML, or of the timeline's SVG.
function make(tag, attributes, ...children) {
	const space = /^(g|path|rect|text)$/.test(tag) ?
	    "2000/svg" : "1999/xhtml";
	const element =
	    document.createElementNS("http://www.w3.org/" + space, tag);
	for (const name in attributes)
		element.setAttribute(name, attributes[name]);
	element.append(...children);
	return element;
}

function makeButton(text, act) {
	const button = make("button", {}, text);
	button.onclick = act;
	return button;
}

// The API.

function refusal(message, status) {
	return Object.assign(new Error(message), {status});
}

async function ask(path, method = "GET") {
	const response = await fetch(API + path, {
		method,
		headers: {"OAUTH-TOKEN": token, "X-API-KEY": key},
		cache: "no-store",
		signal: view.signal
	}).catch(() => {
		throw refusal("The server could not be reached.");
	});
	const {headers, ok, status} = response;
	// A Date is cut to the second: what has just ended must not lie ahead.
	ahead = Date.parse(headers.get("Date")) + 999 - Date.now() || 0;
	if (status === 204)
		return response;
	const body = await response.json().catch(() => null);
	const next = /<([^>]+)>; rel="next"/.exec(headers.get("Link"))?.[1];
	if (ok && (body?.oauth_access_token || body?.metadata))
		return {...body, items: body.oauth_access_tokens, next};
	throw refusal(body?.error?.message ||
	    `The answer was not as expected (${status}).`, status);
}

// A page of the list.  Without its count, next is the query of the page behind
// it, by a cursor.
function askList(limit, all, how = "&_count=0") {
	return ask(`?_format=with_details&_mask=1&_limit=${limit}` + how +
	    (all ? "&show_all=1" : ""));
}

// Do work in steps, each an answer to await by its argument; where a step
// fails, failed is told why.  Both end when the view does, in which they began.
async function attempt(work, failed) {
	const {signal} = view;
	try {
		await work(async answer => {
			const value = await answer;
			signal.throwIfAborted();
			return value;
		});
	} catch (error) {
		if (signal.aborted)
			return;
		if (error.status === 401)
			signOut(error.message);
		else
			failed(error.message);
	}
}

function leaveView() {
	view.abort();
	view = new AbortController();
}

// Signing in and out.

function signIn(event) {
	event?.preventDefault();
	token = the.token.value.trim();
	key = the.key.value.trim();
	if (/[^!-~]/.test(token + key))
		return refuse("A token or key has no spaces or accents.");
	leaveView();
	problem();
	the.enter.disabled = true;
	return attempt(async step => {
		const {oauth_access_token: item} = await step(ask("/current"));
		const {headers} = await step(ask("", "OPTIONS"));
		canRevoke = /DELETE/.test(headers.get("Allow"));
		// What does not arrive whole was masked by the operator.
		masked = item.token !== token;
		the.masked.hidden = !masked;
		the.user.textContent = `user ${item.user_id}`;
		store.oauth_token = token;
		store.api_key = key;
		the.token.value = "";
		show(true);
		if (event)
			the.title.focus();
		load(true);
	}, refuse);
}

function show(signedIn) {
	document.body.className = signedIn ? "" : "out";
	the.enter.disabled = false;
	the.signIn.hidden = signedIn;
	the.tokens.hidden = the.who.hidden = !signedIn;
}

function problem(text, again) {
	the.problem.replaceChildren(text || "");
	if (again)
		the.problem.append(" ", makeButton("Try again", () => {
			// The button that has the focus is about to go.
			the.title.focus();
			again();
		}));
}

function refuse(message) {
	show(false);
	problem(message);
	the.token.focus();
}

// Forget all that is known of the person, and say why.
function signOut(message) {
	leaveView();
	delete store.oauth_token;
	delete store.api_key;
	the.sure.close();
	token = the.token.value = the.search.value = the.question.textContent =
	    "";
	the.active.checked = true;
	clear();
	update();
	search();
	refuse(message);
	the.said.textContent = "Signed out.";
}

// Moments.

// Milliseconds of a moment as the API writes it, which may be infinite or too
// far for a Date; NaN for null.
function moment(text) {
	if (/infinity/.test(text))
		return text > "a" ? Infinity : -Infinity;
	const [, year, month, day, hour, minute, second, before] =
	    /^(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):([\d.]+)\+[\d:]+( BC)?$/
	    .exec(text) || [];
	const date = new Date(0);
	date.setUTCFullYear(before ? 1 - year : year, month - 1, day);
	date.setUTCHours(hour, minute, 0, second * 1e3);
	return year && isNaN(date) ? before ? -Infinity : Infinity : +date;
}

function relative(ms) {
	if (isNaN(ms))
		return "no date";
	if (abs(ms) === Infinity)
		return ms > 0 ? "never" : "before all time";
	const far = ms - now();
	const fits = unit =>
	    abs(far) >= UNITS[unit] * (UNITS[unit] > DAY ? 2 : 1);
	const unit = Object.keys(UNITS).find(fits) || "second";
	// What has just ended is past, even where our clock is a moment behind.
	return RELATIVE.format(trunc(far / UNITS[unit]) || -0, unit);
}

// A moment in words, with the exact one in the person's own time zone; one that
// dates cannot say well stays as the API wrote it.
function time(text, prefix) {
	const ms = moment(text);
	const words = prefix + relative(ms);
	if (!/^\d{4}-[^B]*$/.test(text))
		return make("span", {}, words,
		    make("small", {}, /^\d/.test(text) ? text : ""));
	return make("time",
	    {datetime: new Date(ms).toISOString(), title: writeExactly(ms)},
	    words, make("small", {}, write(ms)));
}

// Rows.

// What is known of a token's life, which need not have a row.  Nobody knows
// where a token without an application is from.
function lifeOf(item) {
	const id = item.application?.client_id;
	return {
		item,
		id,
		foreign: !!id && id !== key,
		start: moment(item.created_at),
		end: moment(item.expires)
	};
}

function state({item, end}) {
	const left = end - now();
	return item.expired || left <= 0 ? "expired" :
	    left <= WEEK ? "soon" : "active";
}

function nameOf({application}) {
	return application?.name || application?.client_id || "no application";
}

// What a token is called where words alone tell it from others.
function callOf(item) {
	return `${item.token} of ${nameOf(item)}`;
}

function makeRow(item) {
	const element = the.row.content.firstElementChild.cloneNode(true);
	const [head, secret, created, expires, actions] = element.children;
	const row = {...lifeOf(item), element, created, expires, actions};
	const {id} = row;
	row.code = secret.firstChild;
	element.dataset.id = item.id;
	const name = nameOf(item);
	head.append(make("bdi", {title: `${name}\n${id || ""}`}, name));
	if (item.current)
		head.append(make("span", {class: "badge"}, "this one"));
	if (id !== key)
		head.append(make("small", {},
		    id ? "provider’s token" : "of unknown origin"));
	row.code.textContent = item.token || "none";
	row.words = () =>
	    `${element.textContent} ${id} ${state(row)}`.toLowerCase();
	if (!masked && item.token) {
		row.toggle = addAction(row, "Reveal", reveal);
		addAction(row, "Copy", copy);
	}
	if (canRevoke && !item.expired) {
		row.revoke = addAction(row,
		    item.current ? "Sign out everywhere" : "Revoke", revoke);
		row.revoke.className = "bad";
	}
	tick(row);
	return row;
}

// Add a button to a row; act gets the row.
function addAction(row, text, act) {
	const button = makeButton("", () => act(row));
	call(button, text, row);
	row.actions.append(button);
	return button;
}

function call(button, text, {item}) {
	button.textContent = text;
	button.setAttribute("aria-label", `${text} token ${callOf(item)}`);
}

// Write what changes with the time.
function tick(row) {
	const {item, start, end} = row;
	const is = state(row);
	row.element.className = `${is} ${revealed.has(row) ? "open" : ""}`;
	row.created.replaceChildren(time(item.created_at, ""));
	row.expires.replaceChildren(time(item.expires,
	    is !== "expired" ? "" : isNaN(end) ? "expired, " : "expired "));
	const left = is === "expired" ? 0 : end === Infinity ? 1 :
	    (end - now()) / (end - start);
	// Without a beginning there is no telling how much is left.
	if (isNaN(left) || start === -Infinity)
		return;
	const share = round(100 * min(1, left)) + "%";
	const rest = make("i");
	rest.style.width = share;
	row.expires.prepend(make("span", {class: "bar", role: "img",
	    "aria-label": `${share} of its life left`}, rest));
}

// Say something in a row: a failure, or what has been done.
function note(row, text, failure) {
	row.note?.remove();
	row.note = make("p", failure && {class: "bad", role: "alert"}, text);
	row.actions.append(row.note);
	the.said.textContent = failure ? "" : text;
}

// Do something with one whole token, which act gets as it is being fetched.
function withToken(row, act) {
	note(row, "");
	return attempt(step => {
		const answer = ask(`/${row.item.id}`);
		return act(answer.then(all => all.oauth_access_token.token),
		    step);
	}, message => note(row, message, true));
}

function reveal(row) {
	if (revealed.has(row))
		return hide(row);
	return withToken(row, async (answer, step) => {
		const text = await step(answer);
		if (document.hidden)
			return;
		revealed.add(row);
		row.code.textContent = text;
		call(row.toggle, "Hide", row);
		row.timer = setTimeout(hide, REVEALED_MS, row);
		tick(row);
	});
}

function hide(row) {
	clearTimeout(row.timer);
	revealed.delete(row);
	row.code.textContent = row.item.token;
	call(row.toggle, "Reveal", row);
	tick(row);
}

// A copy begins with the click, before the answer has come: Safari wants that.
function copy(row) {
	const {clipboard} = navigator, type = "text/plain";
	if (!clipboard)
		return note(row, INSECURE, true);
	return withToken(row, async (answer, step) => {
		const blob = answer.then(text => new Blob([text], {type}));
		const done = clipboard.write([new ClipboardItem({[type]: blob})])
		    .then(() => true, () => false);
		await step(answer);
		if (!await done)
			throw refusal("The browser lets no page copy.");
		note(row, "Copied");
	});
}

// Revoking.

// End tokens, after a question; the focus is on Cancel.
function end(path, question, verb, failed, current) {
	the.question.textContent = question;
	the.go.textContent = verb;
	the.go.onclick = () => {
		the.sure.close();
		attempt(async step => {
			await step(ask(path, "DELETE"));
			if (current)
				return signOut();
			the.title.focus();
			await load(true);
			the.said.textContent = "Revoked";
		}, failed);
	};
	the.sure.showModal();
}

function revoke(row) {
	const {id, current} = row.item;
	end(`/${id}`, current ?
	    "Sign out everywhere? This token ends. Your others stay." :
	    `Revoke ${callOf(row.item)}? ` + (row.foreign ?
	        "Mage forgets it. Revoke it at the provider, too." :
	        "It stops working."),
	row.revoke.textContent, message => note(row, message, true), current);
}

function revokeOthers() {
	end("", "Revoke all except the one you signed in with? " +
	    "Mage forgets those from providers. Revoke them there, too.",
	"Revoke all others", problem);
}

// The list.

function clear() {
	revealed.forEach(hide);
	rows.clear();
	tail = [];
	more = count = 0;
	the.rows.replaceChildren();
}

// Load the first page of a view, or the next one.  No token has two rows, even
// where its end has come nearer between two pages.
function load(fresh) {
	const all = the.all.checked;
	if (fresh)
		leaveView();
	problem();
	the.shown.textContent = "Loading…";
	return attempt(async step => {
		const {items, next} =
		    await step(fresh ? askList(PAGE, all) : ask(more));
		// Nothing has changed yet where the count fails.
		const {metadata} = await step(askList(0, all, ""));
		if (fresh)
			clear();
		const added = items.filter(({id}) => !rows.has(id))
		    .map(makeRow);
		for (const row of added) {
			rows.set(row.item.id, row);
			the.rows.append(row.element);
		}
		more = next;
		({count} = metadata);
		update();
		await search();
		if (!fresh)
			added.find(row => !row.element.hidden)?.element.focus();
		if (!fresh || !more || all)
			return;
		const from = max(rows.size, count - PAGE);
		const last = await step(askList(PAGE, all, "&_offset=" + from));
		tail = last.items.map(lifeOf);
		update();
	}, message => {
		if (fresh)
			clear();
		update();
		the.empty.hidden = true;
		problem(message, () => load(fresh));
	});
}

function update() {
	the.list.hidden = !rows.size;
	the.others.hidden = !canRevoke || count < 2;
	the.empty.hidden = rows.size;
	the.empty.textContent =
	    the.all.checked ? "No tokens" : "No active tokens";
	// Rows stay where their tokens have ended elsewhere.
	the.said.textContent = the.shown.textContent = rows.size ?
	    `${rows.size} of ${max(count, rows.size)} loaded` : "";
	the.more.hidden = !more;
	summarise();
	drawTimeline();
}

function lives() {
	return [...rows.values(),
	    ...tail.filter(({item}) => !rows.has(item.id))];
}

function summarise() {
	const known = {active: 0, soon: 0, expired: 0, provider: 0};
	for (const life of lives()) {
		known[state(life)]++;
		known.provider += life.foreign;
	}
	const part = (number, text, name = "") => number ?
	    [make("li", {class: name}, make("b", {}, number), " " + text)] : [];
	const sure = the.all.checked ? known.active + known.soon : count;
	// Of a long list the end is known, but not the middle.
	const soon = known.soon === 1 ? "expires" :
	    known.soon < PAGE || !more ? "expire" : "or more expire";
	the.summary.replaceChildren(
		...part(sure, "active"),
		...part(known.soon, soon + " this week", "soon"),
		...part(known.expired, "expired"),
		...part(known.provider, "from providers"));
}

// The timeline.

// Where moments are, from 0 to 1: evenly near now, and closer together the
// further away, so that minutes and centuries have room in one picture.
function scale(all, at) {
	const most = 100 * YEAR;
	const bend = ms => asinh(max(-most, min(most, ms - at)) / WEEK);
	const known = all.flatMap(({start, end}) => [start, end])
		.filter(isFinite).map(bend);
	const first = 1.08 * min(-1, ...known);
	const last = 1.08 * max(1, ...known);
	return ms => max(0, min(1, (bend(ms) - first) / (last - first)));
}

function drawTimeline() {
	const svg = the.timeline, all = lives(), at = now();
	the.picture.hidden = !all.length;
	svg.replaceChildren();
	const {width} = svg.getBoundingClientRect();
	if (!width)
		return;
	const place = scale(all, at);
	const x = ms => 4 + place(ms) * (width - 8);
	const pitch = min(15, 190 / all.length);
	const height = pitch * all.length + 12;
	svg.setAttribute("height", height + 36);
	svg.append(make("rect",
	    {x: x(at), width: x(at + WEEK) - x(at), height}));
	drawAxis(svg, at, x, width, height);
	const y = i => 6 + pitch * (i + .5);
	svg.append(...all.map((life, i) => drawLife(life, at, x, y(i), pitch)),
	    make("path", {class: "now", d: `M${x(at)} 0V${height}`}));
	const parts = [...the.summary.children].map(part => part.textContent);
	svg.setAttribute("aria-label",
	    `Lives of ${all.length} tokens: ${parts.join(", ")}`);
}

// A life: thin what is spent, thick what is left.  It ends in a diamond within
// the week, and in an arrow where it goes on beyond the picture.
function drawLife(life, at, x, y, pitch) {
	const is = state(life), gone = is === "expired";
	const end = isNaN(life.end) ? at : life.end;
	const start = isNaN(life.start) ? min(end, at) : life.start;
	const thick = max(1, min(7, pitch / 2));
	const size = max(2, min(5, pitch / 2));
	const group = make("g", {class: is});
	const draw = (name, width, d) => group.append(make("path",
	    {class: name, "stroke-width": width, d}));
	if (start < at)
		draw("spent", thick / (gone ? 2 : 3),
		    `M${x(start)} ${y}H${max(x(min(end, at)), x(start) + 2)}`);
	if (gone)
		return group;
	const from = x(max(start, at)) + thick / 2;
	const to = max(x(end), from + 3);
	draw("left", thick, `M${from} ${y}H${to}`);
	if (end - at > 100 * YEAR)
		draw("left", 2,
		    `M${to} ${y - size}l${size} ${size}-${size} ${size}`);
	if (is === "soon")
		draw("end", 1, `M${to - size} ${y}` +
		    `l${size}-${size} ${size} ${size}-${size} ${size}z`);
	return group;
}

// Name some moments: now and the week first, then those that find room.
function drawAxis(svg, at, x, width, height) {
	const taken = [];
	const name = (ms, ...words) => {
		const lines = words.map((text, i) =>
		    make("text", {y: height + 16 + 15 * i}, text));
		svg.append(...lines);
		const lengths = lines.map(line => line.getComputedTextLength());
		const half = max(...lengths) / 2 + 4;
		const middle = max(half, min(width - half, x(ms)));
		if (taken.some(([other, room]) =>
		    abs(middle - other) < half + room))
			return lines.forEach(line => line.remove());
		taken.push([middle, half]);
		lines.forEach(line => line.setAttribute("x", middle));
		svg.append(make("path",
		    {class: "mark", d: `M${x(ms)} 0V${height + 3}`}));
	};
	name(at, "now", writeDay(at));
	for (const [n, unit] of MARKS)
		for (const many of [n, -n]) {
			const ms = at + many * UNITS[unit];
			const date = unit === "year" ?
			    new Date(ms).getFullYear() : writeDay(ms);
			if (x(ms) > 4 && x(ms) < width - 4)
				name(ms, RELATIVE.format(many, unit), date);
		}
}

// Searching.

async function fingerprint(text) {
	const bytes = new TextEncoder().encode(text);
	const hash = await crypto.subtle.digest("SHA-256", bytes);
	return "sha256~" + btoa(String.fromCharCode(...new Uint8Array(hash)))
	    .replace(/\+/g, "-").replace(/\//g, "_").replace("=", "");
}

function answer(text, button) {
	the.outcome.textContent = text;
	the.deeper.hidden = !button;
	the.deeper.textContent = button;
}

async function search() {
	const mine = ++searches;
	const query = the.search.value.trim();
	const print = /^sha256~[\w-]{43}$/.test(query) ? query :
	    /^\S+$/.test(query) && crypto.subtle ? await fingerprint(query) :
	    "";
	if (mine !== searches)
		return;
	extra?.element.remove();
	wanted = print;
	deeper = depth = 0;
	const all = [...rows.values()];
	const known = all.find(({item}) => item.fingerprint === wanted);
	const words = query.toLowerCase().split(/\s+/);
	const fits = row => words.every(word => row.words().includes(word));
	const hits = known ? [known] : all.filter(fits);
	for (const row of all)
		row.element.hidden = !hits.includes(row);
	if (known)
		found(known.item);
	else if (!query || hits.length)
		answer(
		    query && `${hits.length} of the ${rows.size} loaded match.`);
	else
		answerNone(query);
}

function found(item) {
	answer(`Yes, this is one of yours: ${callOf(item)}.`);
}

function answerNone(query) {
	if (!/^\S{12,}$/.test(query))
		answer(`None of the ${rows.size} loaded.`);
	else if (!wanted)
		answer(INSECURE);
	else
		answer("No, this is none of those loaded.",
		    "Search all, expired too");
}

// Look through all tokens for the one that is wanted, a bounded number at once.
function searchDeeper() {
	const mine = ++searches;
	the.search.focus();
	return attempt(async step => {
		for (let steps = STEPS; steps--;) {
			answer(`Not among the first ${depth}. Searching…`);
			const {items, next} =
			    await step(deeper ? ask(deeper) :
			        askList(STEP, true));
			if (mine !== searches)
				return;
			const item =
			    items.find(item => item.fingerprint === wanted);
			if (item) {
				extra = makeRow(item);
				the.rows.append(extra.element);
				return found(item);
			}
			depth += items.length;
			deeper = next;
			if (!next)
				return answer("No, this is none of your tokens.");
		}
		answer(`Not among the first ${depth}.`, "Search on");
	}, message => answer(message, "Try again"));
}

// What the person does.

the.signIn.onsubmit = signIn;
the.signOut.onclick = () => signOut();
the.active.onchange = the.all.onchange = () => load(true);
the.more.onclick = () => load();
the.search.oninput = the.search.onchange = search;
the.deeper.onclick = searchDeeper;
the.others.onclick = revokeOthers;
the.cancel.onclick = () => the.sure.close();
document.onvisibilitychange = () => document.hidden && revealed.forEach(hide);
setInterval(() => {
	rows.forEach(tick);
	summarise();
	drawTimeline();
}, 6e4);
window.onresize = drawTimeline;

try {
	store = sessionStorage;
} catch {
	// A browser that keeps nothing forgets the sign-in with the page.
}
the.key.value = store.api_key ||
    new URLSearchParams(location.search).get("api_key") || the.key.value;
the.token.value = store.oauth_token || "";
if (store.oauth_token)
	signIn();
else
	show(false);
