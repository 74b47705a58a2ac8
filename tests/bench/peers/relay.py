"""The floor of a relay: no framework, nothing on a disk, and who talks with whom stands in a table from the start."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import menu
import orjson
import uvloop

JSON = {"Content-Type": "application/json"}


class Relay:
    """A bot with one idea: what comes in goes on to the other side, and whoever answers reads two words in front."""

    def __init__(self, session: aiohttp.ClientSession, table: dict[int, tuple[str, int]]) -> None:
        """Use an open session; the table has for each woman her two words and the chat of who answers her."""
        self._session = session
        self._table = table
        self._named = {words: woman for woman, (words, _) in table.items()}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Receive for ever; what has come is confirmed with the next question, whatever becomes of it."""
        offset = 0
        while True:
            for update in await self._call("getUpdates", {"offset": offset, "timeout": 30}):
                offset = update["update_id"] + 1
                task = asyncio.create_task(self._pass_on(update["message"]))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, message: dict[str, Any]) -> None:
        if known := self._table.get(message["chat"]["id"]):
            words, to = known
            text = f"{words}\n{message['text']}"
        else:
            words, _, text = message["text"].partition(": ")
            to = self._named[words]
        await self._call("sendMessage", {"chat_id": to, "text": text})

    async def _call(self, method: str, payload: dict[str, Any]) -> Any:
        url = f"{menu.URL}/bot{menu.TOKEN}/{method}"
        async with self._session.post(url, data=orjson.dumps(payload), headers=JSON) as response:
            return orjson.loads(await response.read())["result"]


async def main(written: dict[str, Any]) -> None:
    """Run until killed."""
    table = {int(woman): (words, to) for woman, (words, to) in written.items()}
    connector = aiohttp.TCPConnector(limit=256)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        await Relay(session, table).run()


if __name__ == "__main__":
    uvloop.run(main(json.loads(Path(os.environ["BENCH_TABLE"]).read_text())))
