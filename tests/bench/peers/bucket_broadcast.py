"""A broadcast behind a token bucket, beside a conversation that the bucket knows nothing of."""

import asyncio
import signal
import time
from typing import Any

import aiohttp
import menu
import orjson
import uvloop

JSON = {"Content-Type": "application/json"}


class Bucket:
    """Lets so many through in a second."""

    def __init__(self, rate: float) -> None:
        """Begin full."""
        self._rate = self._tokens = rate
        self._at = time.monotonic()

    async def take(self) -> None:
        """Wait for a token."""
        while True:
            now = time.monotonic()
            self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate)
            self._at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return
            await asyncio.sleep((1 - self._tokens) / self._rate)


class Bot:
    """Receives, replies, and broadcasts beside it; nothing is kept."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use an open session."""
        self._session = session
        self._bucket = Bucket(menu.RATE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Receive for ever."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: self._do(self._broadcast()))
        offset = 0
        while True:
            updates = await self._call("getUpdates", {"offset": offset, "timeout": 30})
            for update in updates:
                offset = update["update_id"] + 1
                self._do(self._reply(update))

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _broadcast(self) -> None:
        for chat in menu.recipients():
            await self._bucket.take()
            self._do(self._call("sendMessage", {"chat_id": chat, "text": menu.NEWS}))

    async def _reply(self, update: dict[str, Any]) -> None:
        query = update.get("callback_query")
        message = query["message"] if query else update["message"]
        text, rows = menu.advance({}, query["data"] if query else "start")
        markup = {"inline_keyboard": [[{"text": label, "callback_data": value}] for label, value in rows]}
        payload = {"chat_id": message["chat"]["id"], "text": text, "reply_markup": markup}
        if not query:
            await self._call("sendMessage", payload)
            return
        self._do(self._call("answerCallbackQuery", {"callback_query_id": query["id"]}))
        await self._call("editMessageText", payload | {"message_id": message["message_id"]})

    async def _call(self, method: str, payload: dict[str, Any]) -> Any:
        """Call a method, again as long as the platform asks to wait."""
        url = f"{menu.URL}/bot{menu.TOKEN}/{method}"
        while True:
            async with self._session.post(url, data=orjson.dumps(payload), headers=JSON) as response:
                answer = orjson.loads(await response.read())
            if answer["ok"]:
                return answer["result"]
            await asyncio.sleep(answer.get("parameters", {}).get("retry_after", 1))


async def main() -> None:
    """Run until killed."""
    connector = aiohttp.TCPConnector(limit=256)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        await Bot(session).run()


if __name__ == "__main__":
    uvloop.run(main())
