// page.js - what the page does: it asks the API at the page's own address.
//
// Tokens and all that the API says become text, never markup.  A whole token
// is in the document only in the field where the person typed it, and, for
// REVEALED_MS, in the row where they asked for it.  Comments have lines of
// their own: "embed" leaves them out.
"use strict";

const MINUTE = 6e4;
const DAY = 864e5;
const WEEK = 7 * DAY;
const YEAR = 365.25 * DAY;
const REVEALED_MS = 30000;
// Tokens a page of the list, and in each step of a search through all.
const PAGE = 40;
const STEP = 1000;
// Steps until a search through all asks whether to go on.
const STEPS = 20;

const $ = id => document.getElementById(id);

// The origin is there since a path may begin with "//", which alone would be
// another server's name.
const API = location.origin + location.pathname.replace(/\/$/, "")
	.replace(/(\/pipelines\/oauth_access_tokens)\/logs$/, "$1");

// The page is in English; dates are written as the person's English has them.
const ENGLISH = navigator.languages.find(tag => /^en\b/.test(tag)) || "en-GB";
const RELATIVE = new Intl.RelativeTimeFormat(ENGLISH);
const writer = options => new Intl.DateTimeFormat(ENGLISH, options);
const SHORT = writer({dateStyle: "medium", timeStyle: "short"});
const EXACT = writer({dateStyle: "full", timeStyle: "long"});
const UNITS = [["year", YEAR, 2], ["month", YEAR / 12, 2], ["day", DAY, 1],
	["hour", 60 * MINUTE, 1], ["minute", MINUTE, 1], ["second", 1000, 0]];

// What the timeline's axis may name, and how dates are written there.
const DATE = writer({day: "numeric", month: "short"});
const MONTH = writer({month: "short", year: "numeric"});
const MARKS = [[7, "day", WEEK, DATE], [1, "month", YEAR / 12, DATE],
	[3, "month", YEAR / 4, DATE], [1, "year", YEAR, MONTH],
	[10, "year", 10 * YEAR, MONTH], [100, "year", 100 * YEAR, MONTH]];

let token, key, masked;
// The server's clock less ours, in milliseconds.
let ahead = 0;
// Aborted when another view of the list, or none, is wanted.
let view = new AbortController();
// Rows by id; where the next page begins; what the API counted; is there more.
let rows = new Map(), offset, count, more;
// Of a long active list, those that expire first, which are its end.
let tail = [];
// The search that counts, where its look through all has come to, and its row.
let searches = 0, depth, extra;
const revealed = new Set();

const now = () => Date.now() + ahead;

function maker(space) {
	return (tag, attributes, ...children) => {
		const element = document.createElementNS(space, tag);
		for (const name in attributes)
			element.setAttribute(name, attributes[name]);
		element.append(...children);
		return element;
	};
}
const make = maker("http://www.w3.org/1999/xhtml");
const draw = maker("http://www.w3.org/2000/svg");

function say(text) {
	$("said").textContent = text;
}

// The API.

class Refusal extends Error {
	constructor(message, status) {
		super(message);
		this.status = status;
	}
}

async function ask(path) {
	const signal = view.signal;
	let response, body;
	try {
		response = await fetch(API + path, {
			headers: {"Accept": "application/json", "OAUTH-TOKEN": token,
				"X-API-KEY": key},
			cache: "no-store", credentials: "omit", redirect: "error",
			referrerPolicy: "no-referrer", signal});
	} catch {
		throw new Refusal("The server could not be reached.");
	}
	ahead = Date.parse(response.headers.get("Date")) - Date.now() || 0;
	body = await response.json().catch(() => null);
	if (response.ok && body && (body.oauth_access_token || body.metadata))
		return body;
	throw new Refusal(body?.error?.message ||
		`The server did not answer as expected (${response.status}).`,
		response.status);
}

function askList(limit, from, all) {
	return ask("?_format=with_details&_mask=1" +
		`&_limit=${limit}&_offset=${from}${all ? "&show_all=1" : ""}`);
}

// Do work; where it fails, tell how by failed.  An answer that is no longer
// wanted is neither.
async function attempt(work, failed) {
	const signal = view.signal;
	try {
		await work(() => {
			if (signal.aborted)
				throw signal;
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

// Signing in and out.

function problem(text, again) {
	$("problem").replaceChildren(...text ? [make("span", {}, text)] : []);
	if (again) {
		const button = make("button", {type: "button", id: "again"},
			"Try again");
		button.onclick = again;
		$("problem").append(button);
	}
}

function keep(storage) {
	storage.setItem("oauth_token", token);
	storage.setItem("api_key", key);
}

function signIn(event) {
	event?.preventDefault();
	token = $("token").value.trim();
	key = $("key").value.trim();
	if (/[^!-~]/.test(token + key))
		return refuse("A token or key has no spaces, accents or the like.");
	problem();
	say("Signing in…");
	view.abort();
	view = new AbortController();
	attempt(async current => {
		const item = (await ask("/current")).oauth_access_token;
		current();
		enter(item);
		await load(true);
		if (event)
			$("title").focus();
	}, refuse);
}

function enter(item) {
	// What did not arrive whole was masked by the operator.
	masked = item.token !== token;
	try {
		keep(sessionStorage);
	} catch {
		// Without storage the sign-in lasts until the page is left.
	}
	$("token").value = "";
	$("user").textContent = `user ${item.user_id}`;
	$("masked").hidden = !masked;
	show(true);
}

function show(signedIn) {
	$("sign-in").hidden = signedIn;
	$("tokens").hidden = $("who").hidden = !signedIn;
}

function refuse(message) {
	show(false);
	say("");
	problem(message);
	$("token").focus();
}

// Forget all that is known of the person, and say why.
function signOut(message) {
	view.abort();
	view = new AbortController();
	try {
		sessionStorage.removeItem("oauth_token");
		sessionStorage.removeItem("api_key");
	} catch {
		// Nothing was kept.
	}
	token = $("token").value = $("search").value = "";
	$("active").checked = true;
	clear();
	refuse(message);
	if (!message)
		say("Signed out.");
}

// Moments.

// Milliseconds of one of the API's moments, which may be infinite, or too far
// for a Date; NaN for null.
function moment(text) {
	if (/^-?infinity$/.test(text))
		return text[0] === "-" ? -Infinity : Infinity;
	const [, year, month, day, hour, minute, second, , bc] = /^(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d(\.\d+)?)\+00(?::00)?( BC)?$/.exec(text) || [];
	if (!year)
		return NaN;
	const date = new Date(0);
	date.setUTCFullYear(bc ? 1 - year : year, month - 1, day);
	date.setUTCHours(hour, minute, 0, second * 1000);
	return isNaN(date) ? bc ? -Infinity : Infinity : +date;
}

function relative(ms) {
	if (isNaN(ms))
		return "no date";
	if (!isFinite(ms))
		return ms > 0 ? "never" : "before all time";
	const far = ms - now();
	const [unit, size] = UNITS.find(([, size, least]) =>
		Math.abs(far) >= size * least);
	return RELATIVE.format(Math.trunc(far / size), unit);
}

// A moment in words, with the exact one in the person's own time zone.
function time(text, before = "") {
	const ms = moment(text);
	const words = before + relative(ms);
	if (!/^\d{4}-(?!.*BC)/.test(text) || !isFinite(ms))
		return make("time", {}, words,
			make("small", {}, /^\d/.test(text) ? text : ""));
	return make("time", {datetime: new Date(ms).toISOString(),
		title: EXACT.format(ms)}, words,
		make("small", {}, SHORT.format(ms)));
}

// Rows.

function state(row) {
	if (row.item.expired || row.end <= now())
		return "expired";
	return row.end - now() <= WEEK ? "soon" : "active";
}

function lifeOf(item) {
	return {item, start: moment(item.created_at), end: moment(item.expires)};
}

function nameOf(item) {
	return item.application?.name || item.application?.client_id ||
		"no application";
}

// How a token is called where words alone tell it from others; a name that is
// written from right to left keeps to itself.
function callOf(item) {
	return `${item.token || "without text"} of \u2068${nameOf(item)}\u2069`;
}

function makeRow(item) {
	const row = lifeOf(item);
	const cell = (attributes, ...children) =>
		make("td", {role: "cell", ...attributes}, ...children);
	const id = item.application?.client_id;
	const head = make("th", {role: "rowheader", scope: "row"},
		make("bdi", {title: id ? `${nameOf(item)}\nclient id ${id}` : ""},
			nameOf(item)));
	if (item.current)
		head.append(make("span", {class: "badge"}, "this one"));
	if (id !== key)
		head.append(make("small", {},
			id ? "provider’s token" : "of unknown origin"));
	row.code = make("code", {}, item.token || "none");
	row.created = cell({"data-label": "Created"});
	row.expires = cell({"data-label": "Expires"});
	row.actions = cell({class: "actions"});
	row.note = make("p", {class: "note"});
	row.element = make("tr", {role: "row", "data-id": item.id, tabindex: -1},
		head, cell({class: "secret"}, row.code), row.created, row.expires,
		row.actions);
	row.hay = () => [head, row.created, row.expires].map(part =>
		part.textContent).join(" ") + ` ${item.token} ${id} ${state(row)}`;
	if (!masked && item.token) {
		row.toggle = addAction(row, "Reveal", reveal);
		addAction(row, "Copy", copy);
	}
	tick(row);
	return row;
}

// A button of a row; its text may change, and what it is called follows.
function addAction(row, text, act) {
	const button = make("button", {type: "button"});
	row.actions.append(button);
	button.onclick = () => act(row);
	button.name = text;
	rename(row, button, text);
	return button;
}

function rename(row, button, text) {
	button.textContent = text;
	button.setAttribute("aria-label", `${text} token ${callOf(row.item)}`);
}

// Write what changes with the time.
function tick(row) {
	const is = state(row);
	const left = is === "expired" ? 0 : row.end === Infinity ? 1 :
		(row.end - now()) / (row.end - row.start);
	row.element.classList.remove("active", "soon", "expired");
	row.element.classList.add(is);
	row.created.replaceChildren(time(row.item.created_at));
	row.expires.replaceChildren(time(row.item.expires,
		is === "expired" ? "expired " : ""));
	// Without a beginning there is no telling how much is left.
	if (!(left >= 0))
		return;
	const share = Math.min(100, Math.round(100 * left)) + "%";
	const rest = make("i");
	rest.style.width = share;
	row.expires.prepend(make("span", {class: "bar", role: "img",
		"aria-label": `${share} of its life left`}, rest));
}

function note(row, text, role) {
	row.note.remove();
	row.note = make("p", role ? {class: "note", role} : {class: "note"}, text);
	if (text)
		row.actions.append(row.note);
}

// Fetch one whole token.
async function read(row) {
	const {oauth_access_token: item} = await ask(`/${row.item.id}`);
	return item.token;
}

function reveal(row) {
	if (revealed.has(row))
		return hide(row);
	note(row, "");
	return attempt(async current => {
		const text = await read(row);
		current();
		if (document.hidden)
			return;
		revealed.add(row);
		row.code.textContent = text;
		row.element.classList.add("open");
		rename(row, row.toggle, "Hide");
		clearTimeout(row.timer);
		row.timer = setTimeout(hide, REVEALED_MS, row);
	}, message => note(row, message, "alert"));
}

function hide(row) {
	clearTimeout(row.timer);
	revealed.delete(row);
	row.code.textContent = row.item.token;
	row.element.classList.remove("open");
	rename(row, row.toggle, "Reveal");
}

function copy(row) {
	const clipboard = navigator.clipboard;
	if (!clipboard)
		return note(row, "This browser lets a page copy only over https " +
			"or on localhost.", "alert");
	note(row, "");
	return attempt(async current => {
		const text = read(row);
		// Safari wants the copy to begin with the click, before the answer.
		const early = window.ClipboardItem && clipboard.write ?
			clipboard.write([new ClipboardItem({"text/plain":
				text.then(all => new Blob([all], {type: "text/plain"}))})]) :
			Promise.reject();
		const done = early.then(() => true, () => false);
		const all = await text;
		current();
		if (!await done)
			await clipboard.writeText(all).catch(() => {
				throw new Error("The browser did not allow to copy.");
			});
		note(row, "Copied.");
		say(`Copied token ${callOf(row.item)}.`);
	}, message => note(row, message, "alert"));
}

// The list.

function clear() {
	revealed.forEach(hide);
	rows.clear();
	extra = null;
	tail = [];
	offset = count = 0;
	more = false;
	$("rows").replaceChildren();
	update();
}

// Load the first page of a view, or the next one.  No token has two rows, even
// where others came or went between two pages.
function load(fresh) {
	const all = $("all").checked;
	problem();
	if (fresh) {
		view.abort();
		view = new AbortController();
	}
	$("shown").textContent = "Loading…";
	$("list").setAttribute("aria-busy", "true");
	return attempt(async current => {
		const from = fresh ? 0 : offset;
		const page = await askList(PAGE, from, all);
		current();
		if (fresh)
			clear();
		const added = page.oauth_access_tokens
			.filter(item => !rows.has(item.id)).map(makeRow);
		added.forEach(row => rows.set(row.item.id, row));
		$("rows").append(...added.map(row => row.element));
		offset = from + page.oauth_access_tokens.length;
		({count, next: more} = page.metadata);
		if (fresh && more && !all) {
			const last = await askList(PAGE, Math.max(offset, count - PAGE));
			current();
			tail = last.oauth_access_tokens.map(lifeOf);
		}
		await search();
		update();
		say($("shown").textContent);
		if (!fresh)
			added.find(row => !row.element.hidden)?.element.focus();
	}, message => {
		if (fresh)
			clear();
		update();
		$("shown").textContent = "";
		$("empty").hidden = true;
		problem(message, () => load(fresh));
	});
}

function update() {
	const all = $("all").checked;
	$("list").removeAttribute("aria-busy");
	$("list").hidden = !rows.size;
	$("list").caption.textContent = "Tokens, the newest expiry first. Times are " +
		`in the time zone ${EXACT.resolvedOptions().timeZone}.`;
	$("shown").textContent = rows.size ? `${rows.size} of ${count} shown` : "";
	$("more").hidden = !more;
	$("empty").hidden = !!rows.size;
	$("empty").textContent = all ? "No tokens" : "No active tokens";
	summarise();
	drawTimeline();
}

// All lives that are known, of which some may have no row yet.
function lives() {
	return [...rows.values(),
		...tail.filter(life => !rows.has(life.item.id))];
}

function summarise() {
	const all = $("all").checked;
	const known = {active: 0, soon: 0, expired: 0, provider: 0};
	for (const life of lives()) {
		known[state(life)]++;
		known.provider += life.item.application?.client_id !== key;
	}
	const part = (number, text, name) => number || name === "active" ?
		[make("li", {class: name}, make("b", {}, number), ` ${text}`)] : [];
	const one = known.soon === 1;
	// The end of an active list is known; its middle may expire this week too.
	const least = !all && known.soon >= PAGE && more ? "or more " : "";
	$("summary").replaceChildren(
		...part(all ? known.active + known.soon : count, "active", "active"),
		...part(known.soon, `${least}expire${one ? "s" : ""} this week`, "soon"),
		...part(known.expired, "expired", "expired"),
		...more && !all ? [] : part(known.provider, "of a provider"),
		...more && all ? [make("li", {}, `among the ${rows.size} shown`)] : []);
}

// The timeline.

// Where moments are, from 0 to 1: evenly near now, and closer together the
// further away, so that minutes and centuries have room in one picture.
function scale(all, at) {
	const bend = ms => Math.asinh(ms / WEEK);
	const near = ms => Math.max(-100 * YEAR, Math.min(100 * YEAR, ms - at));
	const known = all.flatMap(life => [life.start, life.end])
		.filter(isFinite).map(near);
	const first = bend(Math.min(-WEEK, ...known));
	const last = bend(Math.max(1.4 * WEEK, ...known));
	return ms => (bend(near(ms)) - first) / (last - first);
}

function drawTimeline() {
	const svg = $("timeline");
	const all = lives();
	svg.toggleAttribute("hidden", !all.length);
	const width = svg.getBoundingClientRect().width;
	if (!width || !all.length)
		return;
	const at = now();
	const place = scale(all, at);
	const x = ms => 8 + place(ms) * (width - 16);
	const pitch = Math.min(15, 170 / all.length);
	const height = Math.max(30, pitch * all.length + 8);
	svg.setAttribute("height", height + 36);
	svg.replaceChildren(draw("rect", {class: "week", x: x(at), y: 0,
		width: x(at + WEEK) - x(at), height}));
	drawAxis(svg, at, x, width, height);
	all.forEach((life, i) => svg.append(drawLife(life, at, x,
		(height - pitch * all.length) / 2 + pitch * (i + .5), pitch)));
	svg.append(draw("line", {class: "now", x1: x(at), x2: x(at), y1: 0,
		y2: height}));
	svg.setAttribute("aria-label", `The lives of ${all.length} tokens: ` +
		[...$("summary").children].map(part => part.textContent).join(", "));
}

// A life: thin what is spent, thick what is left.  It ends in a diamond within
// the week, and in an arrow where it goes on beyond the picture.
function drawLife(life, at, x, y, pitch) {
	const is = state(life);
	const thick = Math.max(1, Math.min(7, pitch * .5));
	const group = draw("g", {class: is}, draw("title", {},
		`${callOf(life.item)}, ${is === "expired" ? "expired" : "expires"} ` +
		relative(life.end)));
	const stroke = (name, from, to, thickness) => group.append(draw("path", {
		class: name, "stroke-width": thickness,
		d: `M${from} ${y}H${Math.max(to, from + .1)}`}));
	const end = isNaN(life.end) ? at : life.end;
	const start = isNaN(life.start) ? Math.min(end, at) : life.start;
	if (start < at)
		stroke("spent", x(start), x(Math.min(end, at)),
			is === "expired" ? thick / 3 : thick / 2);
	if (is === "expired")
		return group;
	const tip = x(end);
	stroke("left", x(Math.max(start, at)), tip, thick);
	if (end - at > 100 * YEAR)
		group.append(draw("path", {class: "end",
			d: `M${tip} ${y - 4}l4 4-4 4`, "stroke-width": 2}));
	else if (is === "soon" && pitch > 6)
		group.append(draw("path", {class: "end",
			d: `M${tip - 5} ${y}l5-5 5 5-5 5z`}));
	return group;
}

// Names for some moments: the nearest first, then those that find room.
function drawAxis(svg, at, x, width, height) {
	const taken = [];
	const mark = (ms, words, date, first) => {
		const lines = [words, date].map((text, i) => draw("text",
			{y: height + 16 + 15 * i, class: first && !i ? "first" : ""}, text));
		svg.append(...lines);
		const half = Math.max(...lines.map(line =>
			line.getComputedTextLength())) / 2;
		const middle = Math.max(half, Math.min(width - half, x(ms)));
		if (taken.some(([from, to]) => middle - half < to + 8 &&
		    middle + half > from - 8))
			return lines.forEach(line => line.remove());
		taken.push([middle - half, middle + half]);
		lines.forEach(line => line.setAttribute("x", middle));
		return svg.append(draw("line",
			{x1: x(ms), x2: x(ms), y1: 0, y2: height + 3}));
	};
	mark(at, "now", DATE.format(at), true);
	for (const [n, unit, size, format] of MARKS)
		for (const sign of [1, -1]) {
			const ms = at + sign * size;
			if (x(ms) > 8 && x(ms) < width - 8)
				mark(ms, RELATIVE.format(sign * n, unit), format.format(ms));
		}
}

// Searching.

async function fingerprint(text) {
	const hash = await crypto.subtle.digest("SHA-256",
		new TextEncoder().encode(text));
	return "sha256~" + btoa(String.fromCharCode(...new Uint8Array(hash)))
		.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

function answer(text, button) {
	$("outcome").textContent = text;
	$("deeper").hidden = !button;
	$("deeper").textContent = button;
}

function owned(item) {
	return `Yes, this is one of yours: ${callOf(item)}.`;
}

// The fingerprint that is asked for: pasted as it is, or that of a token.
async function wantedOf(query) {
	if (/^sha256~[\w-]{43}$/.test(query))
		return query;
	return /^\S+$/.test(query) && crypto.subtle ? fingerprint(query) : "";
}

async function search() {
	const mine = ++searches;
	const query = $("search").value.trim();
	const wanted = await wantedOf(query);
	if (mine !== searches)
		return;
	extra?.element.remove();
	extra = null;
	depth = 0;
	const words = query.toLowerCase().split(/\s+/);
	const all = [...rows.values()];
	const known = wanted && all.find(row => row.item.fingerprint === wanted);
	const hits = known ? [known] : all.filter(row => {
		const hay = row.hay().toLowerCase();
		return words.every(word => hay.includes(word));
	});
	all.forEach(row => row.element.hidden = !hits.includes(row));
	if (!query)
		answer("");
	else if (known)
		answer(owned(known.item));
	else if (hits.length)
		answer(`${hits.length} of the ${rows.size} shown match.`);
	else
		answerNone(query, wanted);
}

function answerNone(query, wanted) {
	const whole = $("all").checked && !more;
	const here = whole ? `none of your ${rows.size} tokens` :
		`not among the ${rows.size} shown`;
	if (!/^\S{12,}$/.test(query))
		answer(`Nothing found${whole ? "" : ` among the ${rows.size} shown`}.`);
	else if (!wanted)
		answer("Over plain http this browser cannot compare a token. " +
			"Paste its fingerprint.");
	else
		answer(`This is ${here}.`, whole ? "" : "Search all, expired too");
}

// Look through all tokens for one that is not shown, in bounded steps.
function searchDeeper() {
	const mine = ++searches;
	$("deeper").hidden = true;
	return attempt(async current => {
		const wanted = await wantedOf($("search").value.trim());
		for (let step = 0; step < STEPS; step++) {
			const page = await askList(STEP, depth, true);
			current();
			if (mine !== searches)
				return;
			const items = page.oauth_access_tokens;
			const item = items.find(item => item.fingerprint === wanted);
			depth += items.length;
			if (item) {
				extra = makeRow(item);
				$("rows").append(extra.element);
				return answer(owned(item));
			}
			if (!page.metadata.next || !items.length)
				return answer(`This is none of your ${depth} tokens.`);
			answer(`Not among the first ${depth} of ${page.metadata.count}…`);
		}
		answer(`Not among the first ${depth}.`, "Search on");
	}, message => answer(message, "Try again"));
}

// What the person does.

$("sign-in").onsubmit = signIn;
$("sign-out").onclick = () => signOut();
$("active").onchange = $("all").onchange = () => load(true);
$("more").onclick = () => load();
$("search").oninput = search;
$("deeper").onclick = searchDeeper;
document.onvisibilitychange = () => {
	if (document.hidden)
		revealed.forEach(hide);
};
setInterval(() => {
	rows.forEach(tick);
	summarise();
	drawTimeline();
}, MINUTE);
let drawnWidth;
new ResizeObserver(([{contentRect: {width}}]) => {
	if (width !== drawnWidth)
		drawTimeline();
	drawnWidth = width;
}).observe($("picture"));

$("key").value = new URLSearchParams(location.search).get("api_key") ||
	$("key").value;
try {
	$("token").value = sessionStorage.getItem("oauth_token");
	$("key").value = sessionStorage.getItem("api_key") || $("key").value;
} catch {
	// Nothing is kept where the browser keeps nothing.
}
if ($("token").value)
	signIn();
else
	$("sign-in").hidden = false;
