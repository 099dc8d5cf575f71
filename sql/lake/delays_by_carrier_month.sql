-- How late each carrier was, month by month.
--
-- Grain: one row per carrier, year and month with at least one scheduled flight.
--
-- carrier, carrier_name   the carrier's code and name (the code again where airlines has no name)
-- month_start             first day of the month
-- year, month             the same, as numbers
-- flights                 scheduled flights
-- cancelled               of these, never departed (no departure time)
-- departures              left New York
-- late_departures         left more than 15 minutes after the schedule
-- departure_delay         minutes late at departure, summed over departures (early ones count negative)
-- arrivals                arrived with a known delay (not diverted)
-- on_time_arrivals        arrived less than 15 minutes late: the US Department of Transportation's rule
-- arrival_delay           minutes late at arrival, summed over arrivals
-- avg_departure_delay     departure_delay / departures; NULL when nothing departed
-- avg_arrival_delay       arrival_delay / arrivals; NULL when nothing arrived
--
-- Sums stand beside means so that a dashboard can add months up without averaging averages.
SELECT
    f.carrier AS carrier,
    coalesce(max(a.name), f.carrier) AS carrier_name,
    date_trunc('month', f.flight_date) AS month_start,
    f.year AS year,
    f.month AS month,
    count(*) AS flights,
    count_if(f.dep_time IS NULL) AS cancelled,
    count(f.dep_time) AS departures,
    count_if(f.dep_delay > 15) AS late_departures,
    coalesce(sum(CAST(f.dep_delay AS bigint)), 0) AS departure_delay,
    count(f.arr_delay) AS arrivals,
    count_if(f.arr_delay < 15) AS on_time_arrivals,
    coalesce(sum(CAST(f.arr_delay AS bigint)), 0) AS arrival_delay,
    avg(CAST(f.dep_delay AS double)) AS avg_departure_delay,
    avg(CAST(f.arr_delay AS double)) AS avg_arrival_delay
FROM lake.flights AS f
LEFT JOIN lake.airlines AS a ON a.carrier = f.carrier
GROUP BY f.carrier, date_trunc('month', f.flight_date), f.year, f.month
