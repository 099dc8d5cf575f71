"""Convert a month of flights: see `lake_convert`. The recipe has already derived `flight_date`."""

from lake_convert import main, transform

__all__ = ["main", "transform"]

if __name__ == "__main__":
    main(transform)
