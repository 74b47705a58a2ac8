"""The usual way with aiogram: a router of states, and its FSM in SQLite."""

from collections.abc import Mapping
from typing import Any

import aiosqlite
import menu
import orjson
import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

SCHEMA = "CREATE TABLE IF NOT EXISTS fsm (user INTEGER PRIMARY KEY, state TEXT, data BLOB NOT NULL DEFAULT '{}')"
SET_STATE = "INSERT INTO fsm (user, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state"
SET_DATA = "INSERT INTO fsm (user, data) VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data"
router = Router()


class Menu(StatesGroup):
    """Where she is."""

    language, find, need, city, service = (State() for _ in range(5))


class SqliteStorage(BaseStorage):
    """Keep state and data in one table, committed at every change."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        """Use an open connection."""
        self._database = database

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Write where she is."""
        name = state.state if isinstance(state, State) else state
        await self._write(SET_STATE, (key.user_id, name))

    async def get_state(self, key: StorageKey) -> str | None:
        """Read where she is."""
        row = await self._read("SELECT state FROM fsm WHERE user = ?", key)
        return row[0] if row else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Write what she answered."""
        await self._write(SET_DATA, (key.user_id, orjson.dumps(data)))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Read what she answered."""
        row = await self._read("SELECT data FROM fsm WHERE user = ?", key)
        return orjson.loads(row[0]) if row else {}

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()

    async def _read(self, sql: str, key: StorageKey) -> Any:
        async with self._database.execute(sql, (key.user_id,)) as cursor:
            return await cursor.fetchone()

    async def _write(self, sql: str, values: tuple[Any, ...]) -> None:
        await self._database.execute(sql, values)
        await self._database.commit()


def keyboard(rows: menu.Rows) -> InlineKeyboardMarkup:
    """Build the buttons."""
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=data)] for label, data in rows]
    )


async def show(query: CallbackQuery, screen: menu.Screen) -> None:
    """Answer the button and put the next screen in place of the last."""
    text, rows = screen
    await query.answer()
    await query.message.edit_text(text, reply_markup=keyboard(rows))


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    """Begin with the language."""
    text, rows = menu.languages()
    await state.set_state(Menu.language)
    await message.answer(text, reply_markup=keyboard(rows))


@router.callback_query(Menu.language, F.data.startswith("language:"))
async def language(query: CallbackQuery, state: FSMContext) -> None:
    """Keep the language, show the menu."""
    await state.update_data(language=query.data.partition(":")[2])
    await state.set_state(Menu.find)
    await show(query, menu.menu())


@router.callback_query(Menu.find, F.data.startswith("menu:"))
async def find(query: CallbackQuery, state: FSMContext) -> None:
    """Ask what she needs."""
    await state.set_state(Menu.need)
    await show(query, menu.needs())


@router.callback_query(Menu.need, F.data.startswith("need:"))
async def need(query: CallbackQuery, state: FSMContext) -> None:
    """Keep the need, ask where."""
    await state.update_data(need=int(query.data.partition(":")[2]))
    await state.set_state(Menu.city)
    await show(query, menu.cities())


@router.callback_query(Menu.city, F.data.startswith("city:"))
async def city(query: CallbackQuery, state: FSMContext) -> None:
    """Keep the city, list the services."""
    data = await state.update_data(city=int(query.data.partition(":")[2]))
    await state.set_state(Menu.service)
    await show(query, menu.results(data["need"], data["city"]))


@router.callback_query(Menu.service, F.data.startswith("service:"))
async def service(query: CallbackQuery, state: FSMContext) -> None:
    """Show the card."""
    await state.set_state(None)
    await show(query, menu.card(int(query.data.partition(":")[2])))


async def main() -> None:
    """Run until killed."""
    menu.FOLDER.mkdir(parents=True, exist_ok=True)
    database = await aiosqlite.connect(menu.FOLDER / "state.db")
    await database.execute("PRAGMA journal_mode = WAL")
    await database.execute(SCHEMA)
    server = TelegramAPIServer.from_base(menu.URL)
    dispatcher = Dispatcher(storage=SqliteStorage(database))
    dispatcher.include_router(router)
    await dispatcher.start_polling(Bot(menu.TOKEN, session=AiohttpSession(api=server)))


if __name__ == "__main__":
    uvloop.run(main())
