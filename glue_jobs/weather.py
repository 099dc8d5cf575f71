"""Convert a month of hourly weather observations: see `lake_convert`."""

from lake_convert import main, transform

__all__ = ["main", "transform"]

if __name__ == "__main__":
    main(transform)
