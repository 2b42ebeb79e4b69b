"""The Bot API's methods by name, and the one way by which every call of the bot's goes."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from feeler.phone.params import Params
from feeler.phone.rates import CallLog, FloodControl
from feeler.phone.refusals import Refusal
from feeler.phone.webhook import Webhook
from feeler.phone.world import World


class BotApi:
    """Carries out the calls of one bot on the world."""

    def __init__(self, world: World, flood: FloodControl, webhook: Webhook) -> None:
        self.world = world
        self.flood = flood
        self.webhook = webhook
        self.log = CallLog()

    async def call(self, method: str, params: Params) -> Any:
        """The result of one call. Raises Refusal, for an unknown method too."""
        handler = METHODS.get(method.lower())
        if handler is None:
            raise Refusal(404, "Not Found: method not found")
        return await handler(self, params)


Handler: TypeAlias = Callable[[BotApi, Params], Awaitable[Any]]
METHODS: dict[str, Handler] = {}


def method(handler: Handler) -> Handler:
    """Offer a function as a method of the Bot API: `send_message` is `sendMessage`; case does not matter."""
    METHODS[handler.__name__.replace("_", "")] = handler
    return handler
