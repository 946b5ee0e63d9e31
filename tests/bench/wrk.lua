-- wrk.lua - print the result of a run of wrk as one line for load.py:
-- requests, microseconds, 50 % and 99 % of the latencies in microseconds, and
-- what failed (statuses above 399, and connections).
done = function(summary, latency)
	local e = summary.errors
	io.write(string.format("result %d %d %d %d %d\n", summary.requests,
	    summary.duration, latency:percentile(50), latency:percentile(99),
	    e.connect + e.read + e.write + e.timeout + e.status))
end
