-- Which routes run late.
--
-- Grain: one row per origin and destination with at least 30 arrivals: fewer give no sound mean.
--
-- origin, origin_name     the airport's code and name
-- dest, dest_name         the same of the destination (the code again where airports does not
--                         know it: Puerto Rico's and the Virgin Islands' airports)
-- route                   origin and destination in one text, for labels
-- distance                miles
-- flights                 scheduled flights
-- cancelled               of these, never departed
-- arrivals                arrived with a known delay
-- late_arrivals           arrived 15 minutes late or more
-- arrival_delay           minutes late at arrival, summed (early ones count negative)
-- avg_arrival_delay       arrival_delay / arrivals
-- late_rate               late_arrivals / arrivals, 0 to 1
-- delay_rank              1 is the route with the highest avg_arrival_delay; ties share a rank
WITH routes AS (
    SELECT
        f.origin AS origin,
        f.dest AS dest,
        max(f.distance) AS distance,
        count(*) AS flights,
        count_if(f.dep_time IS NULL) AS cancelled,
        count(f.arr_delay) AS arrivals,
        count_if(f.arr_delay >= 15) AS late_arrivals,
        sum(CAST(f.arr_delay AS bigint)) AS arrival_delay,
        avg(CAST(f.arr_delay AS double)) AS avg_arrival_delay
    FROM lake.flights AS f
    GROUP BY f.origin, f.dest
    HAVING count(f.arr_delay) >= 30
)
SELECT
    r.origin AS origin,
    coalesce(o.name, r.origin) AS origin_name,
    r.dest AS dest,
    coalesce(d.name, r.dest) AS dest_name,
    concat(r.origin, '-', r.dest) AS route,
    r.distance AS distance,
    r.flights AS flights,
    r.cancelled AS cancelled,
    r.arrivals AS arrivals,
    r.late_arrivals AS late_arrivals,
    r.arrival_delay AS arrival_delay,
    r.avg_arrival_delay AS avg_arrival_delay,
    CAST(r.late_arrivals AS double) / CAST(r.arrivals AS double) AS late_rate,
    rank() OVER (ORDER BY r.avg_arrival_delay DESC) AS delay_rank
FROM routes AS r
LEFT JOIN lake.airports AS o ON o.faa = r.origin
LEFT JOIN lake.airports AS d ON d.faa = r.dest
