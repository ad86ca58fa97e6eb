"""What codes of findings and errors mean to people, in both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from divako.model import FindingCode
from divako.plot import Label


@frozen(kw_only=True)
class FindingText:
    """What is said of findings of one code.

    Parameters
    ----------
    title : Label
        Name of one finding.
    one, many : Label
        What the summary says of one, and of ``n``.
    meaning : Label
        What happened; may have the blanks ``volume`` and ``size``.
    advice : Label
        What to do about it.
    """

    title: Label
    one: Label
    many: Label
    meaning: Label
    advice: Label


FINDING_TEXTS: Mapping[FindingCode, FindingText] = MappingProxyType(
    {
        FindingCode.CUSTOMER_LEAK: FindingText(
            title=Label("Mulig lekkasje", "Possible leak"),
            one=Label("1 mulig lekkasje", "1 possible leak"),
            many=Label("{n} mulige lekkasjer", "{n} possible leaks"),
            meaning=Label(
                "Vannet har rent uten stans, også om natten, om lag {volume} i alt.",
                "Water has been running without a stop, at night too, about {volume} in all.",
            ),
            advice=Label("Sjekk toalett, kraner og varmtvannsbereder.", "Check toilets, taps and the water heater."),
        ),
        FindingCode.ZONE_NIGHT_FLOW: FindingText(
            title=Label("Økt nattforbruk i sone", "Raised night flow in a zone"),
            one=Label("1 sone med økt nattforbruk", "1 zone with raised night flow"),
            many=Label("{n} tilfeller av økt nattforbruk i soner", "{n} cases of raised night flow in zones"),
            meaning=Label(
                "Det renner mer vann inn i sonen om natten enn det pleier. Det tyder på brudd eller lekkasje på nettet. "
                "Økningen er om lag {volume} i alt.",
                "More water runs into the zone at night than usual, which points to a burst or a leak of the mains. "
                "The rise comes to about {volume} in all.",
            ),
            advice=Label("Søk etter lekkasje på ledningene i sonen.", "Search the mains of the zone for a leak."),
        ),
        FindingCode.FROST: FindingText(
            title=Label("Fare for frost", "Danger of frost"),
            one=Label("1 tilfelle av frostfare", "1 case of frost danger"),
            many=Label("{n} tilfeller av frostfare", "{n} cases of frost danger"),
            meaning=Label(
                "Temperaturen var så lav at vannrør kan fryse. På det laveste var den {size}.",
                "It was so cold that water pipes may freeze. The lowest was {size}.",
            ),
            advice=Label("Sjekk varme og isolasjon i rommet.", "Check the heating and insulation of the room."),
        ),
        FindingCode.SILENT: FindingText(
            title=Label("Sender ikke", "Not sending"),
            one=Label("1 måler eller sensor er stille", "1 meter or sensor is silent"),
            many=Label("{n} målere eller sensorer er stille", "{n} meters or sensors are silent"),
            meaning=Label("Det kom ingen telegrammer på {size}.", "No telegram came for {size}."),
            advice=Label("Sjekk batteri, plassering og radiodekning.", "Check battery, place and radio coverage."),
        ),
        FindingCode.NIGHT_USE: FindingText(
            title=Label("Høyt nattforbruk", "High use at night"),
            one=Label("1 tilfelle av høyt nattforbruk", "1 case of high use at night"),
            many=Label("{n} tilfeller av høyt nattforbruk", "{n} cases of high use at night"),
            meaning=Label("Forbruket om natten var uvanlig høyt, {size}.", "Use at night was unusually high, {size}."),
            advice=Label(
                "Spør beboeren før noe annet gjøres; det kan ha en naturlig forklaring.",
                "Ask the resident first; there may be a natural explanation.",
            ),
        ),
        FindingCode.EXCHANGE: FindingText(
            title=Label("Målerbytte", "Meter exchange"),
            one=Label("1 målerbytte", "1 meter exchange"),
            many=Label("{n} målerbytter", "{n} meter exchanges"),
            meaning=Label(
                "Måleren ble byttet. Opphold i målingen: {size}.",
                "The meter was exchanged. Gap between meters: {size}.",
            ),
            advice=Label(
                "Forbruket er regnet over begge målerne; ingenting må gjøres.",
                "Consumption counts both meters; nothing needs to be done.",
            ),
        ),
        FindingCode.SUM_CHECK: FindingText(
            title=Label("Summen stemmer ikke", "Sum is off"),
            one=Label("1 sum som ikke stemmer", "1 sum that is off"),
            many=Label("{n} summer som ikke stemmer", "{n} sums that are off"),
            meaning=Label(
                "Timene summerer seg ikke til målerstanden. Avviket er {size}.",
                "The intervals do not add up to the register. They are off by {size}.",
            ),
            advice=Label("Estimer timene på nytt mot målerstanden.", "Estimate the intervals anew from the register."),
        ),
        FindingCode.SPIKE: FindingText(
            title=Label("Enkeltstående topp", "Spike"),
            one=Label("1 enkeltstående topp", "1 spike"),
            many=Label("{n} enkeltstående topper", "{n} spikes"),
            meaning=Label(
                "Et kort tidsrom ligger {size} over de andre toppene i måneden.",
                "A short time lies {size} above the other peaks of the month.",
            ),
            advice=Label("Kontroller avlesningene omkring toppen.", "Check the readings around the spike."),
        ),
        FindingCode.HIGH_USE: FindingText(
            title=Label("Uvanlig høyt forbruk", "Unusually high use"),
            one=Label("1 tilfelle av uvanlig høyt forbruk", "1 case of unusually high use"),
            many=Label("{n} tilfeller av uvanlig høyt forbruk", "{n} cases of unusually high use"),
            meaning=Label("Forbruket var {size}, langt over det vanlige.", "Use was {size}, far above what is usual."),
            advice=Label(
                "Sammenlign med tidligere og med naboene.", "Compare with earlier use and with the neighbours."
            ),
        ),
        FindingCode.LOW_USE: FindingText(
            title=Label("Uvanlig lavt forbruk", "Unusually low use"),
            one=Label("1 tilfelle av uvanlig lavt forbruk", "1 case of unusually low use"),
            many=Label("{n} tilfeller av uvanlig lavt forbruk", "{n} cases of unusually low use"),
            meaning=Label("Forbruket var {size}, langt under det vanlige.", "Use was {size}, far below what is usual."),
            advice=Label("Kontroller om måleren teller som den skal.", "Check that the meter counts as it should."),
        ),
        FindingCode.ZERO_USE: FindingText(
            title=Label("Måleren står stille", "Register stands still"),
            one=Label("1 måler som sto stille", "1 register that stood still"),
            many=Label("{n} tilfeller av målere som sto stille", "{n} cases of registers that stood still"),
            meaning=Label("Ingenting ble målt på {size}.", "Nothing was counted for {size}."),
            advice=Label(
                "Kontroller om måleren er defekt eller stedet tomt.", "See if the meter is broken or nobody is there."
            ),
        ),
        FindingCode.GAP: FindingText(
            title=Label("Hull i målingene", "Gap"),
            one=Label("1 hull i målingene", "1 gap"),
            many=Label("{n} hull i målingene", "{n} gaps"),
            meaning=Label("Målinger mangler for {size}.", "Measurements are missing for {size}."),
            advice=Label("Estimer det som mangler mot målerstanden.", "Estimate what is missing from the register."),
        ),
        FindingCode.NEGATIVE_USE: FindingText(
            title=Label("Negativt forbruk", "Negative use"),
            one=Label("1 tilfelle av negativt forbruk", "1 case of negative use"),
            many=Label("{n} tilfeller av negativt forbruk", "{n} cases of negative use"),
            meaning=Label("Måleren telte bakover, {size}.", "The register ran backwards, {size}."),
            advice=Label(
                "Kontroller om måleren er montert riktig vei.", "Check that the meter is fitted the right way round."
            ),
        ),
        FindingCode.HISTORICAL_MAXIMUM: FindingText(
            title=Label("Over tidligere maksimum", "Above the historical maximum"),
            one=Label("1 måling over tidligere maksimum", "1 value above the historical maximum"),
            many=Label("{n} målinger over tidligere maksimum", "{n} values above the historical maximum"),
            meaning=Label(
                "Forbruket lå {size} over det høyeste som er målt før.",
                "Use was {size} above the highest ever measured.",
            ),
            advice=Label("Kontroller om verdien er mulig for måleren.", "Check that the meter can count that much."),
        ),
    }
)

ERROR_TEXTS: Mapping[str, Label] = MappingProxyType(
    {
        "divako": Label("Kunne ikke behandles", "Could not be handled"),
        "decode": Label("Telegrammet kunne ikke leses", "The telegram could not be read"),
        "decode.truncated": Label("Telegrammet er avkortet", "The telegram is cut off"),
        "decode.checksum": Label("Kontrollsummen stemmer ikke", "The checksum is wrong"),
        "decode.malformed": Label("Innholdet er ugyldig etter standarden", "The standard forbids the content"),
        "decode.missing_key": Label("Kryptert, og nøkkelen mangler", "Enciphered, and the key is missing"),
        "decode.decryption": Label("Feil nøkkel eller skadet innhold", "Wrong key or damaged content"),
        "decode.authentication": Label("Ektheten kunne ikke bekreftes", "Not proved to be authentic"),
        "decode.unsupported": Label("Formatet støttes ikke", "The format is not supported"),
        "decode.unknown_format": Label("Et fullt telegram må komme først", "A full telegram must come first"),
        "decode.application": Label("Måleren melder selv om feil", "The meter reports an error of its own"),
        "driver": Label("Driveren til måleren svikter", "The driver of the meter fails"),
        "driver.unknown": Label("Ingen driver for denne målertypen", "No driver for this kind of meter"),
        "driver.ambiguous": Label("Flere drivere passer til måleren", "Several drivers fit the meter"),
        "unit": Label("Ukjent eller feil måleenhet", "Unknown or wrong unit"),
        "series": Label("Tidsrekken henger ikke sammen", "The series does not hold together"),
        "allocation": Label("Kostnaden kan ikke fordeles slik", "The cost cannot be shared like this"),
        "invoice": Label("Fakturaen ville ikke være gyldig", "The invoice would not be valid"),
        "privacy": Label("I strid med personvernreglene", "Against the rules of privacy"),
        "site": Label("Opplysningene om anlegget motsier hverandre", "What is said of the site contradicts itself"),
        "project": Label("Feil i prosjektfilen", "Error in the project file"),
        "input": Label("Linjen har ikke den formen den skal ha", "The line is not of the announced form"),
        "store": Label("Filen kunne ikke leses", "The file could not be read"),
        "missing_extra": Label("En tilleggspakke mangler", "An optional package is missing"),
    }
)
