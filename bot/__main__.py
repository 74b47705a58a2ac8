"""`python -m bot` is `comadre`."""

from bot.main import main

if __name__ == "__main__":
    main()
