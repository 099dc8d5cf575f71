select route, distance, place from {{ ref('longest') }} where place <= 3
