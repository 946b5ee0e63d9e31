/*
 * browser.js - what browser.py puts into each page before the page's own
 * scripts: a clock that a suite sets forward.
 */
(() => {
	"use strict";
	const {setTimeout, clearTimeout, setInterval, clearInterval, Date} =
		globalThis;
	const timers = new Map(); /* by the number that the page knows */
	let ahead = 0; /* of the true time, in milliseconds */

	const now = () => Date.now() + ahead;
	const run = (timer, id) => {
		if (timer.period === undefined)
			timers.delete(id);
		else
			timer.due = now() + timer.period;
		timer.call();
	};
	const start = (set, periodic) => (what, delay = 0, ...values) => {
		const timer = {call: () => what(...values), due: now() + delay};
		if (periodic)
			timer.period = delay;
		const id = set(() => run(timer, id), delay);
		timers.set(id, timer);
		return id;
	};
	const stop = clear => id => {
		timers.delete(id);
		clear(id);
	};

	globalThis.setTimeout = start(setTimeout, false);
	globalThis.setInterval = start(setInterval, true);
	globalThis.clearTimeout = stop(clearTimeout);
	globalThis.clearInterval = stop(clearInterval);
	globalThis.Date = class extends Date {
		constructor(...values) {
			super(...(values.length ? values : [now()]));
		}
		static now() {
			return now();
		}
	};
	globalThis.testClock = {
		pass(milliseconds) {
			ahead += milliseconds;
			for (const [id, timer] of [...timers])
				if (timer.due <= now() && timers.has(id)) {
					if (timer.period === undefined)
						clearTimeout(id);
					run(timer, id);
				}
		},
	};
})();
