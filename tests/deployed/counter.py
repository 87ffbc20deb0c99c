"""What the deployed functions ask of DynamoDB, counted on the way there: a relay on loopback that passes every byte on.

MiniStack hands its own environment to the functions, and every AWS SDK reads the address of one service from
`AWS_ENDPOINT_URL_DYNAMODB`. So nothing in the functions knows that somebody counts.
"""

import asyncio
import re
import threading
from collections import Counter

TARGET = re.compile(rb"x-amz-target: *DynamoDB_\d+\.(\w+)\r\n", re.IGNORECASE)
LONGEST = 100
"""Bytes of a match, of which a part may come with the next piece."""


class Relay:
    """`to` is the port that everything is passed on to. `asked` counts requests by operation."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.to = 0
        self.port = 0
        self.ends: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> "Relay":
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result(10)
        return self

    def __exit__(self, *raised: object) -> None:
        asyncio.run_coroutine_threadsafe(self.close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def listen(self) -> None:
        self.server = await asyncio.start_server(self.carry, "127.0.0.1", 0)
        self.port = int(self.server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        self.server.close()
        for end in self.ends:
            end.transport.abort()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until either side ends it."""
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.close()
            return
        self.ends |= {writer, back}
        await asyncio.gather(self.passed(reader, back, count=True), self.passed(there, writer, count=False))
        self.ends -= {writer, back}

    async def passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, count: bool) -> None:
        before = b""
        try:
            while piece := await reader.read(65_536):
                if count:
                    before = self.counted(before + piece)
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass  # Whoever asked was killed, or whoever answers is on its way back up.
        finally:
            writer.close()

    def counted(self, seen: bytes) -> bytes:
        """Counts; gives the end of it, in which a header may have begun."""
        end = 0
        for found in TARGET.finditer(seen):
            self.asked[found[1].decode()] += 1
            end = found.end()
        return seen[end:][-LONGEST:]
