"""A broadcast as python-telegram-bot's guides do it: all sends at once, its own rate limiter in front of them."""

import asyncio
import signal

import menu
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, Application, CallbackQueryHandler, CommandHandler, ContextTypes


def keyboard(rows: menu.Rows) -> InlineKeyboardMarkup:
    """Build the buttons."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)] for label, data in rows])


async def start(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a message with a message."""
    text, rows = menu.languages()
    await update.message.reply_text(text, reply_markup=keyboard(rows))


async def press(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a button with an edit."""
    text, rows = menu.advance({}, update.callback_query.data)
    await update.callback_query.answer()
    await update.callback_query.edit_message_text(text, reply_markup=keyboard(rows))


async def tell(application: Application, chat: int) -> None:
    """Write to one recipient."""
    try:
        await application.bot.send_message(chat, menu.NEWS)
    except TelegramError:
        return


async def prepare(application: Application) -> None:
    """Broadcast when the bench says so."""

    def begin() -> None:
        application.create_task(asyncio.gather(*(tell(application, chat) for chat in menu.recipients())))

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, begin)


def main() -> None:
    """Run until killed."""
    builder = Application.builder().token(menu.TOKEN).base_url(f"{menu.URL}/bot").concurrent_updates(256)
    application = builder.rate_limiter(AIORateLimiter(max_retries=3)).post_init(prepare).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(press))
    application.run_polling()


if __name__ == "__main__":
    main()
