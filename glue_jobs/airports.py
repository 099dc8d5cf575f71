"""Convert the airports: see `lake_convert`."""

from lake_convert import main, transform

__all__ = ["main", "transform"]

if __name__ == "__main__":
    main(transform)
