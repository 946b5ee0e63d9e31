/*
 * layout.js - the body of a function that returns what is badly laid out, one
 * text for each fault: what makes the page scroll sideways, text that leaves
 * the box that it is in, shapes that leave their picture, and words of a
 * picture that run into each other.
 */
"use strict";
const BOXES = "td, th, tr, li, p, button, svg, fieldset, form, header, main";
const SLACK = 1; /* in pixels: letters may lean over */
const faults = [];
const page = document.scrollingElement;
const name = node => (node.textContent.trim() || node.outerHTML).slice(0, 60);

/* The rectangle of what is seen of a node; null when nothing is. */
const seen = (node, element) => {
	if (!element.checkVisibility({visibilityProperty: true}) ||
	    element.getBoundingClientRect().width <= 1 ||
	    element.closest("title, noscript, caption, .unseen"))
		return null;
	const range = document.createRange();
	range.selectNodeContents(node);
	const box = node === element ? element.getBoundingClientRect() :
		range.getBoundingClientRect();
	return box.width ? box : null;
};
const inside = (inner, outer) => inner.left >= outer.left - SLACK &&
	inner.right <= outer.right + SLACK;
const apart = (a, b) => a.right <= b.left || b.right <= a.left ||
	a.bottom <= b.top || b.bottom <= a.top;

if (page.scrollWidth > page.clientWidth)
	faults.push(`it scrolls sideways by ${page.scrollWidth -
		page.clientWidth} pixels`);

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let text; (text = walker.nextNode());) {
	const at = seen(text, text.parentElement);
	const box = text.parentElement.closest(BOXES);
	if (text.data.trim() && at && box &&
	    !inside(at, box.getBoundingClientRect()))
		faults.push(`"${name(text)}" leaves its <${box.localName}>`);
}
for (const shape of document.querySelectorAll("svg :not(g)")) {
	const at = seen(shape, shape);
	if (at && !inside(at, shape.ownerSVGElement.getBoundingClientRect()))
		faults.push(`"${name(shape)}" leaves its picture`);
}
const words = [...document.querySelectorAll("svg text")]
	.map(word => [word, seen(word, word)]).filter(([, at]) => at);
words.forEach(([one, here], i) => words.slice(i + 1).forEach(([two, there]) => {
	if (!apart(here, there))
		faults.push(`"${name(one)}" runs into "${name(two)}"`);
}));
return faults;
