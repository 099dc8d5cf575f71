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
SELECT
    f.carrier AS carrier,
    coalesce(max(a.name), f.carrier) AS carrier_name,
    f.origin AS origin,
    coalesce(max(p.name), f.origin) AS origin_name,
    date_trunc('month', f.flight_date) AS month_start,
    CAST(greatest(-30e0, least(180e0, floor(f.arr_delay / 5e0) * 5e0)) AS integer) AS delay_band,
    count(*) AS flights,
    count_if(f.dep_time IS NULL) AS cancelled,
    count(f.arr_delay) AS arrivals,
    coalesce(sum(CAST(f.arr_delay AS bigint)), 0) AS arrival_delay
FROM lake.flights AS f
LEFT JOIN lake.airlines AS a ON a.carrier = f.carrier
LEFT JOIN lake.airports AS p ON p.faa = f.origin
GROUP BY
    f.carrier,
    f.origin,
    date_trunc('month', f.flight_date),
    CAST(greatest(-30e0, least(180e0, floor(f.arr_delay / 5e0) * 5e0)) AS integer)
