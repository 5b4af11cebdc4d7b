"""Nouns inside sentences: a label such as `Customer` reads `customer` in the middle of an English one."""

from dataclasses import dataclass, replace

from desktop.words import Message


@dataclass(frozen=True, slots=True)
class _Inside(Message):
    """A label without its capital; abbreviations such as VIP keep theirs."""

    def in_language(self, language: str) -> str:
        """The text, lowered where the language has capitals."""
        # slots make a new class, so that the zero-argument super() is not at hand
        text = Message.in_language(self, language)
        return text if text[:2].isupper() else text[:1].lower() + text[1:]


def inside(label: Message) -> Message:
    """`label` as it stands inside a sentence."""
    return _Inside(label.text, label.context, label.values)


def sentence(words: Message) -> Message:
    """`words` with the labels that fill its places as they stand inside it."""
    filled = {
        name: inside(value) if isinstance(value, Message) else value for name, value in words.values.items()
    }
    return replace(words, values=filled)
