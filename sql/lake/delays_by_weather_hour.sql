-- What the weather at the airport does to departures.
--
-- Grain: one row per origin airport and hour (UTC) in which the weather station reported
-- and at least one flight was scheduled.
--
-- origin, origin_name     the airport's code and name (the code again where airports has no name)
-- time_hour               the hour, UTC; flights and weather meet on it
-- flight_date, hour       the airport's own date and hour of the schedule
-- temp                    degrees Fahrenheit
-- wind_speed, visib       miles per hour, miles
-- precip                  inches in the hour; a missing report counts as none
-- wind                    wind_speed in bands
-- visibility              visib in bands
-- conditions              the worst thing about the hour, in one word or two
-- flights                 scheduled flights
-- cancelled               of these, never departed
-- departures              departed
-- late_departures         departed more than 15 minutes late
-- departure_delay         minutes late at departure, summed
-- avg_departure_delay     departure_delay / departures; NULL when nothing departed
WITH departures AS (
    SELECT
        f.origin AS origin,
        f.time_hour AS time_hour,
        min(f.flight_date) AS flight_date,
        min(f.hour) AS hour,
        count(*) AS flights,
        count_if(f.dep_time IS NULL) AS cancelled,
        count(f.dep_time) AS departures,
        count_if(f.dep_delay > 15) AS late_departures,
        coalesce(sum(CAST(f.dep_delay AS bigint)), 0) AS departure_delay,
        avg(CAST(f.dep_delay AS double)) AS avg_departure_delay
    FROM lake.flights AS f
    GROUP BY f.origin, f.time_hour
)
SELECT
    d.origin AS origin,
    coalesce(p.name, d.origin) AS origin_name,
    d.time_hour AS time_hour,
    d.flight_date AS flight_date,
    d.hour AS hour,
    w.temp AS temp,
    w.wind_speed AS wind_speed,
    w.visib AS visib,
    coalesce(w.precip, 0e0) AS precip,
    CASE
        WHEN w.wind_speed IS NULL THEN 'Unknown'
        WHEN w.wind_speed < 5e0 THEN '00-05 mph'
        WHEN w.wind_speed < 10e0 THEN '05-10 mph'
        WHEN w.wind_speed < 15e0 THEN '10-15 mph'
        WHEN w.wind_speed < 20e0 THEN '15-20 mph'
        WHEN w.wind_speed < 25e0 THEN '20-25 mph'
        ELSE '25+ mph'
    END AS wind,
    CASE
        WHEN w.visib IS NULL THEN 'Unknown'
        WHEN w.visib < 1e0 THEN '0-1 mi'
        WHEN w.visib < 3e0 THEN '1-3 mi'
        WHEN w.visib < 6e0 THEN '3-6 mi'
        WHEN w.visib < 10e0 THEN '6-10 mi'
        ELSE 'Clear (10 mi)'
    END AS visibility,
    CASE
        WHEN coalesce(w.precip, 0e0) > 0e0 AND w.temp <= 33e0 THEN 'Snow or ice'
        WHEN coalesce(w.precip, 0e0) >= 1e-1 THEN 'Heavy rain'
        WHEN coalesce(w.precip, 0e0) > 0e0 THEN 'Light rain'
        WHEN w.visib < 3e0 THEN 'Fog'
        WHEN w.wind_speed >= 20e0 THEN 'Strong wind'
        ELSE 'Fair'
    END AS conditions,
    d.flights AS flights,
    d.cancelled AS cancelled,
    d.departures AS departures,
    d.late_departures AS late_departures,
    d.departure_delay AS departure_delay,
    d.avg_departure_delay AS avg_departure_delay
FROM departures AS d
INNER JOIN lake.weather AS w ON w.origin = d.origin AND w.time_hour = d.time_hour
LEFT JOIN lake.airports AS p ON p.faa = d.origin
