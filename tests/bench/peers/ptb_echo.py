"""The least that python-telegram-bot can do: one reply an update, no state, everything at its defaults."""

import menu
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes


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
    await update.callback_query.edit_message_text(text, reply_markup=keyboard(rows))


def main() -> None:
    """Run until killed."""
    application = Application.builder().token(menu.TOKEN).base_url(f"{menu.URL}/bot").build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(press))
    application.run_polling()


if __name__ == "__main__":
    main()
