"""`python -m bot` is `comadre`."""

from bot.cli import main

if __name__ == "__main__":
    main()
