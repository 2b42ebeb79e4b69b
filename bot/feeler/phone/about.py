"""Methods about the bot itself: who it is, its commands, its updates, files and answers to presses."""

import re
from typing import Any

from feeler.phone.api import BotApi, method
from feeler.phone.params import Params
from feeler.phone.refusals import OLD_QUERY, WEBHOOK_ACTIVE, Json, bad_request, conflict
from feeler.phone.text import units
from feeler.phone.values import Toast

MAX_DOWNLOAD = 20_000_000
MAX_COMMANDS = 100


@method
async def get_me(api: BotApi, params: Params) -> Json:
    return api.world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method
async def get_updates(api: BotApi, params: Params) -> list[Json]:
    if api.webhook.url:
        raise conflict(WEBHOOK_ACTIVE)
    api.world.queue.allow(_kinds(params))
    return await api.world.queue.poll(
        offset=params.integer("offset"),
        limit=min(max(params.integer("limit", 100), 1), 100),
        seconds=min(max(params.integer("timeout"), 0), 50),
    )


@method
async def set_webhook(api: BotApi, params: Params) -> bool:
    secret = params.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
        raise bad_request("secret token contains unallowed characters")
    url = params.text("url")
    if url:
        api.webhook.check(url)
    api.world.queue.allow(_kinds(params))
    if params.boolean("drop_pending_updates"):
        api.world.queue.drop_all()
    api.world.queue.end_poll(conflict("terminated by setWebhook request"))
    await api.webhook.set(url, secret, min(max(params.integer("max_connections", 40), 1), 100))
    return True


@method
async def delete_webhook(api: BotApi, params: Params) -> bool:
    if params.boolean("drop_pending_updates"):
        api.world.queue.drop_all()
    await api.webhook.set("", "", 40)
    return True


@method
async def get_webhook_info(api: BotApi, params: Params) -> Json:
    info = api.webhook.info() | {"pending_update_count": len(api.world.queue.pending)}
    allowed = api.world.queue.allowed
    return info | ({"allowed_updates": list(allowed)} if allowed else {})


@method
async def get_file(api: BotApi, params: Params) -> Json:
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    found = api.world.shelf.file(file_id)
    if found is None:
        raise bad_request("invalid file_id")
    about, _ = found
    if about["size"] > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": about["unique"],
        "file_size": about["size"],
        "file_path": about["path"],
    }


@method
async def get_chat(api: BotApi, params: Params) -> Json:
    chat_id = params.chat_id()
    known = chat_id in api.world.groups or api.world.people.get(chat_id, {}).get("started")
    if not known:
        raise bad_request("chat not found")
    return api.world.as_chat(chat_id) | {"accent_color_id": 0, "max_reaction_count": 11}


@method
async def answer_callback_query(api: BotApi, params: Params) -> bool:
    text = params.text("text")
    if units(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query_id = params.text("callback_query_id")
    query = api.world.take_query(query_id)
    if query is None:
        raise bad_request(OLD_QUERY)
    toast = Toast(query_id=query_id, text=text, alert=params.boolean("show_alert"))
    api.world.toast(query["user"], toast)
    return True


@method
async def set_my_commands(api: BotApi, params: Params) -> bool:
    commands = params.json("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept = [_command(command) for command in commands]
    key = _command_key(params)
    api.world.commands[key] = kept
    api.world.shelf.put("commands", key, {"commands": kept})
    api.world.tell(None, {"type": "bot"})
    return True


@method
async def get_my_commands(api: BotApi, params: Params) -> list[Json]:
    return api.world.commands.get(_command_key(params), [])


@method
async def delete_my_commands(api: BotApi, params: Params) -> bool:
    key = _command_key(params)
    api.world.commands.pop(key, None)
    api.world.shelf.drop("commands", key)
    api.world.tell(None, {"type": "bot"})
    return True


@method
async def set_my_name(api: BotApi, params: Params) -> bool:
    return _describe(api, params, "name", "first_name", 64)


@method
async def set_my_description(api: BotApi, params: Params) -> bool:
    return _describe(api, params, "description", "description", 512)


@method
async def set_my_short_description(api: BotApi, params: Params) -> bool:
    return _describe(api, params, "short_description", "short_description", 120)


@method
async def get_my_name(api: BotApi, params: Params) -> Json:
    return {"name": api.world.profile["first_name"]}


@method
async def get_my_description(api: BotApi, params: Params) -> Json:
    return {"description": api.world.profile.get("description", "")}


@method
async def get_my_short_description(api: BotApi, params: Params) -> Json:
    return {"short_description": api.world.profile.get("short_description", "")}


def _describe(api: BotApi, params: Params, name: str, field: str, limit: int) -> bool:
    text = params.text(name).strip()
    if units(text) > limit:
        raise bad_request(f"{name.replace('_', ' ')} is too long")
    if name == "name" and not text:
        text = "Feeler"  # an empty name brings the first one back
    if not params.text("language_code"):
        api.world.describe(**{field: text})
    return True


def _kinds(params: Params) -> list[str] | None:
    kinds: Any = params.json("allowed_updates")
    return kinds if isinstance(kinds, list) else None


def _command(command: object) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse commands: expected an Object")
    name = str(command.get("command", "")).removeprefix("/")
    description = str(command.get("description", "")).strip()
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= units(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _command_key(params: Params) -> str:
    scope = params.json("scope") or {"type": "default"}
    if not isinstance(scope, dict) or not isinstance(scope.get("type"), str):
        raise bad_request("can't parse BotCommandScope: expected an Object")
    parts = [scope["type"], str(scope.get("chat_id", "")), str(scope.get("user_id", ""))]
    return "/".join([*parts, params.text("language_code")])
