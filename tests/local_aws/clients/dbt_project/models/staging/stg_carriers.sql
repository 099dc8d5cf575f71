select carrier, trim(name) as name from {{ ref('carriers') }}
