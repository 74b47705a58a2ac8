"""The usual way with python-telegram-bot: a ConversationHandler whose state is a pickle."""

import menu
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PicklePersistence,
)

LANGUAGE, MENU, NEED, CITY, SERVICE = range(5)


def keyboard(rows: menu.Rows) -> InlineKeyboardMarkup:
    """Build the buttons."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)] for label, data in rows])


async def show(update: Update, screen: menu.Screen) -> None:
    """Answer the button and put the next screen in place of the last."""
    text, rows = screen
    await update.callback_query.answer()
    await update.callback_query.edit_message_text(text, reply_markup=keyboard(rows))


async def start(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
    """Begin with the language."""
    text, rows = menu.languages()
    await update.message.reply_text(text, reply_markup=keyboard(rows))
    return LANGUAGE


async def language(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Keep the language, show the menu."""
    context.user_data["language"] = update.callback_query.data.partition(":")[2]
    await show(update, menu.menu())
    return MENU


async def find(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
    """Ask what she needs."""
    await show(update, menu.needs())
    return NEED


async def need(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Keep the need, ask where."""
    context.user_data["need"] = int(update.callback_query.data.partition(":")[2])
    await show(update, menu.cities())
    return CITY


async def city(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Keep the city, list the services."""
    context.user_data["city"] = int(update.callback_query.data.partition(":")[2])
    await show(update, menu.results(context.user_data["need"], context.user_data["city"]))
    return SERVICE


async def service(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
    """Show the card."""
    await show(update, menu.card(int(update.callback_query.data.partition(":")[2])))
    return ConversationHandler.END


def main() -> None:
    """Run until killed."""
    menu.FOLDER.mkdir(parents=True, exist_ok=True)
    conversation = ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states={
            LANGUAGE: [CallbackQueryHandler(language, pattern="^language:")],
            MENU: [CallbackQueryHandler(find, pattern="^menu:")],
            NEED: [CallbackQueryHandler(need, pattern="^need:")],
            CITY: [CallbackQueryHandler(city, pattern="^city:")],
            SERVICE: [CallbackQueryHandler(service, pattern="^service:")],
        },
        fallbacks=[CommandHandler("start", start)],
        name="menu",
        persistent=True,
    )
    builder = Application.builder().token(menu.TOKEN).base_url(f"{menu.URL}/bot")
    application = builder.persistence(PicklePersistence(menu.FOLDER / "state.pickle")).build()
    application.add_handler(conversation)
    application.run_polling()


if __name__ == "__main__":
    main()
