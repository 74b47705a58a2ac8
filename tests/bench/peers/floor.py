"""The floor: what is left when there is no framework. aiohttp, orjson, uvloop, SQLite on one thread, plain dicts."""

import asyncio
import sqlite3
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import menu
import orjson
import uvloop

JSON = {"Content-Type": "application/json"}


class Floor:
    """A bot with one idea: receive, step, store, reply; what comes together is stored in one transaction."""

    def __init__(self, session: aiohttp.ClientSession, database: sqlite3.Connection) -> None:
        """Use an open session and database."""
        self._session = session
        self._database = database
        self._worker = ThreadPoolExecutor(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: list[dict[str, Any]] = []
        self._came = asyncio.Event()

    async def run(self) -> None:
        """Receive for ever."""
        self._do(self._store())
        offset = 0
        while True:
            if updates := await self._call("getUpdates", {"offset": offset, "timeout": 30}):
                offset = updates[-1]["update_id"] + 1
                self._waiting += updates
                self._came.set()

    async def _store(self) -> None:
        loop = asyncio.get_running_loop()
        while await self._came.wait():
            self._came.clear()
            updates, self._waiting = self._waiting, []
            for update, screen in zip(
                updates, await loop.run_in_executor(self._worker, self._step, updates), strict=True
            ):
                self._do(self._reply(update, screen))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _step(self, updates: list[dict[str, Any]]) -> list[menu.Screen]:
        screens = []
        for update in updates:
            query = update.get("callback_query")
            chat = (query["message"] if query else update["message"])["chat"]["id"]
            row = self._database.execute("SELECT state FROM contact WHERE id = ?", (chat,)).fetchone()
            state = orjson.loads(row[0]) if row else {}
            screens.append(menu.advance(state, query["data"] if query else "start"))
            self._database.execute("INSERT OR REPLACE INTO contact VALUES (?, ?)", (chat, orjson.dumps(state)))
        self._database.commit()
        return screens

    async def _reply(self, update: dict[str, Any], screen: menu.Screen) -> None:
        query = update.get("callback_query")
        message = query["message"] if query else update["message"]
        text, rows = screen
        markup = {"inline_keyboard": [[{"text": label, "callback_data": value}] for label, value in rows]}
        payload = {"chat_id": message["chat"]["id"], "text": text, "reply_markup": markup}
        if not query:
            await self._call("sendMessage", payload)
            return
        self._do(self._call("answerCallbackQuery", {"callback_query_id": query["id"]}))
        await self._call("editMessageText", payload | {"message_id": message["message_id"]})

    async def _call(self, method: str, payload: dict[str, Any]) -> Any:
        url = f"{menu.URL}/bot{menu.TOKEN}/{method}"
        async with self._session.post(url, data=orjson.dumps(payload), headers=JSON) as response:
            return orjson.loads(await response.read())["result"]


async def main() -> None:
    """Run until killed, with the durability that ours has."""
    menu.FOLDER.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(menu.FOLDER / "state.db", check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE IF NOT EXISTS contact (id INTEGER PRIMARY KEY, state BLOB NOT NULL)")
    connector = aiohttp.TCPConnector(limit=256)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        await Floor(session, database).run()


if __name__ == "__main__":
    uvloop.run(main())
