"""LoRaWAN uplinks out of the documents of network servers; their payloads belong to drivers."""

from divako.lorawan._envelope import parse_uplink


__all__ = ["parse_uplink"]
