"""What the parts of the file about somebody are, in plain words, in the languages of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Language(StrEnum):
    """A language of the pages."""

    EN = "en"
    ES = "es"


@dataclass(frozen=True)
class Words:
    """The explanation in one language, and what its file is called."""

    file: str
    lead: str
    parts: Mapping[str, str]
    end: str

    @property
    def text(self) -> str:
        """All of it, as a text file."""
        told = "\n\n".join(f"{part}.json\n  {said}" for part, said in self.parts.items())
        return f"{self.lead}\n\n{told}\n\n{self.end}\n"


_EN = {
    "account": "Your mail address (kept sealed), your home block, and when in the last 30 days you changed it or had a "
    "camera come to a new block. We have no name, no address and no coordinate of you.",
    "log_ins": "Where you are logged in: since about when, and nothing else. No device, browser or network address.",
    "live_feed": "That a page of yours has the live feed open, and until when. Gone an hour later.",
    "codes": "Whether a log-in code is on its way to you by mail.",
    "passkeys": "Your passkeys: the name you gave each, and the public half of its key.",
    "posts": "What you posted and is still known to be yours (30 days, unless your city chose otherwise), with the key "
    "(receipt) that opens each. Your words as you typed them are there until they are shredded. Keep this file safe: "
    "who has a receipt can take the post back.",
    "uploads": "Files you sent, whole or in part, and whether they are shredded by now. Not the files themselves.",
    "cameras": "Your cameras: block, direction, days of retention, your name for each, and an address only where you "
    "listed one openly.",
    "alerts": "What you wish to be alerted of, how and when, and how many of your browsers are pushed to.",
    "answers_to_police": "What you answered police who asked for footage, and when that is or was shown. A contact you "
    "gave is sealed to their case: we cannot read it either.",
    "flags_of_requests": "Which requests of the police in your inbox you said something is wrong with, and when "
    "that is or was told to moderators. What you wrote is here until then. Those who asked are told nothing of it.",
    "mail_when_cameras_are_asked": "For which parts of the city you get the one mail that goes to all owners "
    "of cameras.",
    "counted": "How often you did something of which too much is refused, since when. Not what it was. Gone in a day.",
}
_ES = {
    "account": "Tu correo (guardado sellado), tu cuadra y cuándo la cambiaste en los últimos 30 días o una cámara tuya "
    "llegó a otra cuadra. No tenemos tu nombre, ni tu dirección, ni coordenadas.",
    "log_ins": "Dónde tienes la sesión abierta: desde cuándo, más o menos, y nada más. Ningún aparato, navegador ni "
    "dirección de red.",
    "live_feed": "Que una página tuya tiene abiertas las novedades en vivo, y hasta cuándo. Se borra una hora después.",
    "codes": "Si hay un código de acceso en camino a tu correo.",
    "passkeys": "Tus llaves de acceso: el nombre que les diste y la mitad pública de cada una.",
    "posts": "Lo que publicaste y aún se sabe que es tuyo (30 días, salvo que tu ciudad elija otra cosa), con la clave "
    "(recibo) que abre cada cosa. Tus palabras tal como las escribiste están hasta que se destruyen. Guarda bien este "
    "archivo: quien tiene un recibo puede retirar la publicación.",
    "uploads": "Los archivos que enviaste, enteros o en parte, y si ya se destruyeron. No los archivos mismos.",
    "cameras": "Tus cámaras: cuadra, dirección, días que guarda, el nombre que le diste, y una dirección solo si la "
    "anunciaste abiertamente.",
    "alerts": "De qué quieres recibir avisos, cómo y cuándo, y a cuántos de tus navegadores se envían.",
    "answers_to_police": "Qué respondiste a la policía cuando pidió video, y cuándo se muestra o se mostró. "
    "Un contacto que diste está sellado para su caso: tampoco nosotros podemos leerlo.",
    "flags_of_requests": "De qué solicitudes de la policía en tu buzón dijiste que algo está mal, y cuándo se dice "
    "o se dijo a los moderadores. Lo que escribiste está aquí hasta entonces. A quien preguntó no se le dice nada.",
    "mail_when_cameras_are_asked": "De qué partes de la ciudad recibes el único correo que va a todos los "
    "dueños de cámaras.",
    "counted": "Cuántas veces hiciste algo que se limita, y desde cuándo. No qué fue. Se borra en un día.",
}
WORDS: Mapping[Language, Words] = MappingProxyType(
    {
        Language.EN: Words(
            "read-me.txt",
            "All that Porchlight holds about you on the side that knows who you are. Each part is a file of its own.",
            _EN,
            "Comments and nods stand on the other side, under names that are made for each post and stored with "
            "nobody: no list of yours exists. Backups hold what held when they were made, sealed, until the city "
            "deletes them.",
        ),
        Language.ES: Words(
            "leeme.txt",
            "Todo lo que Porchlight guarda sobre ti en el lado que sabe quién eres. Cada parte es un archivo aparte.",
            _ES,
            "Los comentarios y los gestos están en el otro lado, con nombres hechos para cada publicación que no se "
            "guardan junto a nadie: no existe una lista tuya. Las copias de seguridad contienen lo que había cuando se "
            "hicieron, selladas, hasta que la ciudad las borra.",
        ),
    }
)
