-- How late flights arrive, in steps of five minutes: what "late" means is the reader's to say.
--
-- Grain: one row per carrier, origin airport, month and delay_band with at least one scheduled
-- flight.
--
-- carrier, carrier_name   the carrier's code and name (the code again where airlines has no name)
-- origin, origin_name     the airport's code and name (the code again where airports has no name)
-- month_start             first day of the month
-- delay_band              minutes late at arrival, rounded down to a multiple of five; -30 stands for
--                         all that is earlier, 180 for all that is later; NULL without an arrival
-- flights                 scheduled flights
-- cancelled               of these, never departed (no departure time)
-- arrivals                arrived with a known delay (not diverted)
-- arrival_delay           minutes late at arrival, summed over arrivals (early ones count negative)
--
-- An arrival is N minutes late or more exactly when delay_band >= N, for N from -25 to 180 in fives.
WITH banded AS (
    SELECT
        f.carrier AS carrier,
        f.origin AS origin,
        date_trunc('month', f.flight_date) AS month_start,
        CASE
            WHEN f.arr_delay < -30 THEN -30
            WHEN f.arr_delay >= 180 THEN 180
            ELSE CAST(floor(f.arr_delay / 5e0) * 5e0 AS integer)
        END AS delay_band,
        f.dep_time AS dep_time,
        f.arr_delay AS arr_delay
    FROM lake.flights AS f
)
SELECT
    b.carrier AS carrier,
    coalesce(max(a.name), b.carrier) AS carrier_name,
    b.origin AS origin,
    coalesce(max(p.name), b.origin) AS origin_name,
    b.month_start AS month_start,
    b.delay_band AS delay_band,
    count(*) AS flights,
    count_if(b.dep_time IS NULL) AS cancelled,
    count(b.arr_delay) AS arrivals,
    coalesce(sum(CAST(b.arr_delay AS bigint)), 0) AS arrival_delay
FROM banded AS b
LEFT JOIN lake.airlines AS a ON a.carrier = b.carrier
LEFT JOIN lake.airports AS p ON p.faa = b.origin
GROUP BY b.carrier, b.origin, b.month_start, b.delay_band
