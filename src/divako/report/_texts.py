"""The words of the page, in both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from divako.plot import Label, Language


_SPACE = "\N{NO-BREAK SPACE}"
_DASH = "\N{EN DASH}"

PAGE: Mapping[str, Label] = MappingProxyType(
    {
        "kind": Label("Målerrapport", "Metering report"),
        "show": Label("Vis rapporten på norsk", "Show the report in English"),
        "language": Label("Norsk", "English"),
        "period": Label("Periode", "Period"),
        "clock": Label("kl.", "at"),
        # Summary
        "summary": Label("Det viktigste", "What matters first"),
        "nothing_found": Label(
            "Ingen lekkasjer eller andre avvik er funnet i perioden.",
            "No leaks or other deviations were found in the period.",
        ),
        "nothing_measured": Label(
            "Det finnes ingen forbruksdata for perioden.", "There are no consumption data for the period."
        ),
        "ongoing_one": Label("1 pågår fortsatt", "1 still ongoing"),
        "ongoing_many": Label("{n} pågår fortsatt", "{n} still ongoing"),
        "and_more": Label("og {n} til", "and {n} more"),
        "no_gap": Label("uten opphold", "no gap"),
        "exchanged_at_once": Label(
            "Måleren ble byttet uten opphold i målingen.", "The meter was exchanged without a gap."
        ),
        "since": Label("siden {time}", "since {time}"),
        "goes_on": Label("pågår", "ongoing"),
        "card_act": Label("Funn som bør følges opp nå", "Findings to act on now"),
        "card_of": Label("av {n} funn i alt", "of {n} findings in all"),
        "card_use": Label("Forbruk, {medium}", "Use of {medium}"),
        "use_main": Label("hovedmåler", "main meter"),
        "use_zones": Label("inn i {n} soner", "into {n} zones"),
        "use_sections": Label("{n} seksjoner", "{n} sections"),
        "card_bill": Label("Kostnader fordelt", "Costs shared"),
        "card_bill_of": Label("på {n} seksjoner", "among {n} sections"),
        "card_coverage": Label("Av perioden er målt", "Of the period was measured"),
        "card_coverage_of": Label("i {n} målepunkter", "at {n} places"),
        "card_refused": Label("Linjer som ikke kunne leses", "Lines that could not be read"),
        "card_refused_of": Label("{n} telegrammer er lest", "{n} telegrams were read"),
        # Findings
        "findings": Label("Funn", "Findings"),
        "findings_intro": Label(
            "Det som haster mest, står øverst. Alle tider er lokal tid.",
            "The most urgent comes first. All times are local.",
        ),
        "column_what": Label("Hva", "What"),
        "column_where": Label("Hvor", "Where"),
        "column_when": Label("Når", "When"),
        "column_size": Label("Størrelse", "Size"),
        "level_act": Label("Følg opp nå", "Act now"),
        "level_follow": Label("Undersøk", "Investigate"),
        "level_info": Label("Til orientering", "For information"),
        "confidence": Label("Sikkerhet {share}", "Confidence {share}"),
        "where_section": Label("seksjon", "section"),
        "where_zone": Label("sone", "zone"),
        "where_meter": Label("Måler {meter}", "Meter {meter}"),
        "where_sensor": Label("Sensor {meter}", "Sensor {meter}"),
        "building": Label("Hele bygget", "Whole building"),
        "in_building": Label("fellesanlegg", "common plant"),
        "from_to": Label(f"{{start}} {_DASH} {{end}}", f"{{start}} {_DASH} {{end}}"),
        # Consumption
        "consumption": Label("Forbruk", "Consumption"),
        "consumption_intro": Label(
            f"Søylene viser forbruket hvert døgn. Av skraverte døgn er mindre enn 95{_SPACE}% målt.",
            "The bars show the use of each day. Less than 95% of a hatched day was measured.",
        ),
        "daily_of": Label("{medium}, {place}", "{medium}, {place}"),
        "all_sections": Label("alle seksjoner", "all sections"),
        "sum_of_sections": Label("Sum av seksjonene", "Sum of the sections"),
        "main_meter": Label("Hovedmåler", "Main meter"),
        "daily_alt": Label(
            "Søylediagram over {medium} per døgn for {place}: {total} i alt, høyest {top} den {day}.",
            "Bar chart of {medium} per day for {place}: {total} in all, highest {top} on {day}.",
        ),
        "daily_alt_empty": Label(
            "Søylediagram over {medium} for {place} uten kjente verdier.",
            "Bar chart of {medium} for {place} without known values.",
        ),
        "consumption_table": Label("Forbruk i perioden", "Consumption in the period"),
        "consumption_table_of": Label(
            "Forbruk i perioden for {n} målepunkter", "Consumption in the period of {n} places"
        ),
        "column_place": Label("Sted", "Place"),
        "column_measured": Label("Målt", "Measured"),
        "no_consumption": Label("Det finnes ingen forbruksdata.", "There are no consumption data."),
        # Nights
        "nights": Label("Nattforbruk", "Use at night"),
        "nights_intro": Label(
            "Kurven viser det laveste timeforbruket mellom kl. 02 og 05. Når ingen bruker vann, skal den ned mot null. "
            "I en sone blir den aldri null, men skal holde seg jevn. Skyggen viser det som er funnet.",
            "The curve shows the lowest hourly use between 02:00 and 05:00. When nobody uses water it should come down "
            "to zero. In a zone it never does, but it should stay level. What was found is shaded.",
        ),
        "nights_more": Label("{n} steder til med funn er ikke tegnet.", "{n} more places with findings are not drawn."),
        "night_of": Label("{medium} om natten, {place}", "{medium} at night, {place}"),
        "night_alt": Label(
            "Kurve over laveste {medium} hver natt for {place}, fra {low} til {high}. Merket: {marks}.",
            "Curve of the lowest use of {medium} each night for {place}, from {low} to {high}. Marked: {marks}.",
        ),
        "no_marks": Label("ingenting", "nothing"),
        # Allocation
        "allocation": Label("Fordeling av kostnadene", "How the costs are shared"),
        "allocation_intro": Label(
            "Hver kostnad er fordelt til siste øre, og summen av seksjonene er lik kostnaden.",
            "Each cost is shared to the last cent, and the sections add up to the cost.",
        ),
        "allocation_alt": Label(
            "Søylediagram over hva hver seksjon betaler, fra {low} til {high}.",
            "Bar chart of what each section pays, from {low} to {high}.",
        ),
        "unshared": Label("Kostnadene er ikke fordelt", "The costs were not shared"),
        "unshared_intro": Label(
            "Avregningene er ikke laget, fordi noe mangler. Oftest er en del av perioden ikke målt; se datagrunnlaget.",
            "No statements were made, because something is missing. Most often a part of the period was not measured; "
            "see the data coverage.",
        ),
        "unshared_at": Label("{title}: mangler for seksjon {section}", "{title}: missing for section {section}"),
        "column_section": Label("Seksjon", "Section"),
        "column_sum": Label("Sum", "Total"),
        "all": Label("Alle", "All"),
        "statements": Label("Avregning for hver seksjon", "Statement of each section"),
        "statements_intro": Label(
            "Hver linje sier hvordan beløpet er regnet ut.", "Each line says how its amount was worked out."
        ),
        "column_cost": Label("Kostnad", "Cost"),
        "column_why": Label("Slik er det regnet ut", "How it was worked out"),
        "column_amount": Label("Beløp", "Amount"),
        "of_section": Label("Seksjon {section}", "Section {section}"),
        # Coverage
        "coverage": Label("Datagrunnlag", "Data coverage"),
        "coverage_intro": Label(
            "Hver rute er ett døgn. Mørke ruter viser døgn der målingen mangler helt eller delvis. Har måleren sendt "
            "igjen siden, er det som gikk med i mellomtiden, fordelt jevnt.",
            "Each field is one day. Dark fields are days of which some or all was not measured. Where the meter sent "
            "again later, what passed meanwhile is spread evenly.",
        ),
        "coverage_complete": Label(
            "{medium}: alle døgn er målt fullt ut i alle {n} målepunkter.",
            "{medium}: every day was measured in full at all {n} places.",
        ),
        "coverage_rest": Label(
            "{medium}: {n} målepunkter er målt fullt ut og er ikke tegnet.",
            "{medium}: {n} places were measured in full and are not drawn.",
        ),
        "coverage_alt": Label(
            "Kart over hvor stor del av hvert døgn som er målt ({medium}). I alt {share}; {gaps} døgn er ufullstendige.",
            "Map of how much of each day was measured ({medium}). {share} in all; {gaps} days are incomplete.",
        ),
        # Refused
        "refused": Label("Data som ikke kunne leses", "Input that could not be read"),
        "refused_none": Label("Alt som ble lest inn, kunne leses.", "Everything that was handed in could be read."),
        "refused_intro": Label(
            "Disse linjene er ikke med i rapporten. Ingenting er gjettet i stedet.",
            "These lines are not part of the report. Nothing was guessed in their place.",
        ),
        "column_file": Label("Fil", "File"),
        "column_line": Label("Første linje", "First line"),
        "column_reason": Label("Årsak", "Reason"),
        "column_count": Label("Antall", "Count"),
        # Truth
        "truth": Label("Kontroll mot fasit", "Check against the truth"),
        "truth_intro": Label(
            "Dette er oppdiktede data, så fasiten er kjent: {found} funnet, {missed} oversett, {false} falske funn.",
            "These data are invented, so the truth is known: {found} found, {missed} missed, {false} false.",
        ),
        "truth_found": Label("Funnet", "Found"),
        "truth_missed": Label("Oversett", "Missed"),
        "truth_false": Label("Falskt funn", "False"),
        "column_outcome": Label("Resultat", "Outcome"),
        # About
        "about": Label("Om rapporten", "About this report"),
        "about_period": Label(
            "Perioden går fra og med {start} til og med {end}. Alle tider er lokal tid ({zone}).",
            "The period runs from {start} to {end}, both included. All times are local ({zone}).",
        ),
        "about_telegrams": Label(
            "{n} telegrammer er lest, og {refused} linjer kunne ikke leses.",
            "{n} telegrams were read, and {refused} lines could not be read.",
        ),
        "about_findings": Label(
            "Funn er det faste regler har slått ut på. De bør undersøkes før noe bestemmes.",
            "Findings are what fixed rules responded to. Look into them before anything is decided.",
        ),
        "about_privacy": Label(
            "Rapporten viser forbruk i enkelte boliger og er ment for den som har ansvar for målerne. "
            "Den inneholder ingen navn. Ikke del den videre uten grunn.",
            "The report shows the use of single dwellings and is meant for whoever is responsible for the meters. "
            "It holds no names. Do not pass it on without need.",
        ),
        "about_made": Label("Laget {time} med divako.", "Made {time} with divako."),
        # Durations
        "hour_one": Label(f"1{_SPACE}time", f"1{_SPACE}hour"),
        "hour_many": Label(f"{{n}}{_SPACE}timer", f"{{n}}{_SPACE}hours"),
        "days": Label(f"{{n}}{_SPACE}døgn", f"{{n}}{_SPACE}days"),
        # Media
        "cold_water": Label("kaldtvann", "cold water"),
        "warm_water": Label("varmtvann", "warm water"),
        "water": Label("vann", "water"),
        "waste_water": Label("avløpsvann", "waste water"),
        "heat": Label("varme", "heat"),
        "cooling": Label("kjøling", "cooling"),
        "heat_and_cooling": Label("varme og kjøling", "heat and cooling"),
        "heat_cost_allocator": Label("varmefordeling", "heat cost units"),
        "electricity": Label("strøm", "electricity"),
        "gas": Label("gass", "gas"),
        "steam": Label("damp", "steam"),
        "oil": Label("olje", "oil"),
        "air": Label("luft", "air"),
        "pressure": Label("trykk", "pressure"),
        "room": Label("romklima", "room climate"),
        "smoke": Label("røyk", "smoke"),
        "bus": Label("buss", "bus"),
        "other": Label("annet", "other"),
        "unknown": Label("ukjent", "unknown"),
    }
)


def say(key: str, language: Language, **values: Any) -> str:
    """Give a text of the page with its blanks filled in."""
    return PAGE[key].said(language).format(**values)
