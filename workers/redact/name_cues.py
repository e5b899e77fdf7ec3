"""Words around a name that say whose it is: a person's, an animal's, a street's. English and Spanish."""

from __future__ import annotations

from enum import Enum, auto

TITLES = frozenset(
    """
    mr mrs ms mx miss dr officer deputy sgt sergeant det detective lt lieutenant capt captain pastor reverend rev
    father coach professor prof judge principal nurse chief councilman councilwoman don doña dona sr sra srta señor
    señora señorita tío tía tio tia padre profe maestra maestro
    """.split()
)
RELATIONS = frozenset(
    """
    neighbor neighbour friend buddy brother bro sister sis son daughter husband wife hubby fiance fiancé fiancée mom
    mother dad father stepdad stepmom stepson uncle aunt auntie cousin nephew niece grandson granddaughter grandma
    grandpa granny grandmother grandfather boyfriend girlfriend ex roommate landlord landlady tenant boss coworker
    supervisor manager teacher mailman babysitter nanny caretaker barber plumber contractor handyman driver owner kid
    boy girl toddler baby guy dude lady man woman partner classmate student patient resident victim suspect vecino
    vecina amigo amiga hermano hermana hijo hija esposo esposa marido mujer mamá mama papá papa primo prima sobrino
    sobrina abuelo abuela novio novia jefe patrón casero compañero compañera cuñado cuñada suegra suegro nieto nieta
    niño niña joven
    """.split()
)
# What comes before a name and before little else.
SURELY = frozenset(
    (
        "name is|name was|name inside is|name on it is|named|is called|was called|goes by|went by|real name|"
        "first name|last name|the name|name of|he is called|me llamo|se llama|se llamaba|llamado|llamada|nombre es|"
        "nombre de|apellido|ask for|asked for|asking for|old man|big|signed|pregunten por|pregunte por|pregunta por"
    ).split("|")
)
# What comes before a name, and before other words with a capital too.
LIKELY = frozenset(
    (
        "ask|asked|call|text|contact|email|met|tell|told|thank you|thanks|thanks to|shout out to|i'm|im|i am|this is|"
        "that is|that's|thats|it's|its|it was|love|saw|gracias a|soy|es|fue|habla con|hablen con|hable con|llamen a|"
        "says|birthday to|missing|looking for|pray for|rip|owner is|landlord is|driver is|talked to|spoke to|"
        "spoke with"
    ).split("|")
)
FOLLOWS = frozenset(
    """
    said says told saw from lives lived called who asked thinks thought went came found heard helped took got next
    gave brought ran drives works dijo vive vio llamó
    """.split()
)
OF_A_FAMILY = frozenset(
    """
    family residence house kids boys girls place home household
    """.split()
)
PARTICLES = frozenset(
    """
    de la del los van von der bin al da dos
    """.split()
)
SUFFIXES = frozenset(
    """
    jr sr ii iii
    """.split()
)
# Family names that a sentence in small letters uses as words.
PLAIN = frozenset(
    """
    young brown white black green gray long wood woods king day may little page rice bush wise price hill hall love
    stone wolf fox berry barber baker cook farmer person power powers snow rose fields park parks waters banks wells
    bell ball church street west moody strong sharp hardy cross carr le lin gill pope knight bishop parker porter
    hunter page todd tate lane dean grant reed marsh moss pace ford steele gross small best
    """.split()
)

PETS = frozenset(
    """
    dog dogs doggo pup puppy puppies cat cats kitty kitten kittens pet bird parrot rabbit bunny hamster ferret horse
    pony goat pig chicken rooster turtle tortoise snake iguana bull pitbull pit husky beagle lab labrador poodle
    chihuahua shepherd retriever terrier dachshund corgi boxer rottweiler mastiff collie schnauzer pug yorkie shihtzu
    tabby calico siamese parakeet cockatiel hound doodle goldendoodle mutt perro perra perrito perrita gato gata
    gatito gatita mascota loro cachorro cachorra conejo caballo
    """.split()
)
TO_A_PET = frozenset(
    """
    named called name is was answers to goes by the our my and tag says collar on it his her its se llama llamado
    llamada nombre es su responde a de very s
    """.split()
)

PLACES_BEFORE = frozenset(
    """
    st saint san santa santo fort mount mt lake hurricane storm tropical avenida calle rue
    """.split()
)
PLACES_AFTER = frozenset(
    """
    street st avenue ave av road rd boulevard blvd lane ln drive dr court ct place pl terrace ter terr parkway pkwy
    highway hwy trafficway expressway freeway circle cir trail plaza square bridge block curve park school elementary
    middle high academy prep university college church temple hospital medical clinic library center centre museum
    station stadium arena fountain memorial complex building tower apartments townhomes homes manor heights hills
    village estates county bank store market mart pizza bbq barbecue deli cafe diner grill bar tavern pub brewery
    bakery salon spa motors auto automotive tire plumbing electric roofing realty insurance navigator jersey county
    """.split()
)


class Told(Enum):
    """How plainly the words before say that a name follows."""

    SURELY = auto()
    AS_SOMEBODY = auto()  # "Mr.", "my neighbor": a capital must confirm it
    LIKELY = auto()


def told(before: list[str]) -> Told | None:
    """What the words before a place, in small letters and of the same sentence, say about it."""
    if before and (before[-1] in TITLES or before[-1] in RELATIONS):
        return Told.AS_SOMEBODY
    ends = [" ".join(before[-many:]) for many in range(1, 5)]
    if any(end in SURELY for end in ends):
        return Told.SURELY
    return Told.LIKELY if any(end in LIKELY for end in ends) else None
