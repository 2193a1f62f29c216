"""Where a North American number is, as Twilio's requests say it.

Twilio names the state of nearly every number in the United States and Canada, and the city and ZIP
code of most. Here only the area codes of large cities have those, so that an app meets both.
"""

from typing import NamedTuple

from deskphone.account.phone_numbers import region_of

STATES = {
    "AB": "368 403 587 780 825",
    "AK": "907",
    "AL": "205 251 256 334 659 938",
    "AR": "327 479 501 870",
    "AZ": "480 520 602 623 928",
    "BC": "236 250 257 604 672 778",
    "CA": "209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 "
    "657 661 669 707 714 738 747 760 805 818 820 831 840 858 909 916 925 949 951",
    "CO": "303 719 720 748 970 983",
    "CT": "203 475 860 959",
    "DC": "202 771",
    "DE": "302",
    "FL": "239 305 321 324 352 386 407 448 561 645 656 689 "
    "727 728 754 772 786 813 850 863 904 941 954",
    "GA": "229 404 470 478 678 706 762 770 912 943",
    "HI": "808",
    "IA": "319 515 563 641 712",
    "ID": "208 986",
    "IL": "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872",
    "IN": "219 260 317 463 574 765 812 930",
    "KS": "316 620 785 913",
    "KY": "270 364 502 606 859",
    "LA": "225 318 337 504 985",
    "MA": "339 351 413 508 617 774 781 857 978",
    "MB": "204 431 584",
    "MD": "227 240 301 410 443 667",
    "ME": "207",
    "MI": "231 248 269 313 517 586 616 734 810 906 947 989",
    "MN": "218 320 507 612 651 763 952",
    "MO": "235 314 417 557 573 636 660 816 975",
    "MS": "228 601 662 769",
    "MT": "406",
    "NB": "428 506",
    "NC": "252 336 472 704 743 828 910 919 980 984",
    "ND": "701",
    "NE": "308 402 531",
    "NH": "603",
    "NJ": "201 551 609 640 732 848 856 862 908 973",
    "NL": "709 879",
    "NM": "505 575",
    "NS": "782 902",
    "NT": "867",
    "NV": "702 725 775",
    "NY": "212 315 329 332 347 363 516 518 585 607 631 646 680 716 718 838 845 914 917 929 934",
    "OH": "216 220 234 283 326 330 380 419 440 513 567 614 740 937",
    "OK": "405 539 572 580 918",
    "ON": "226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 807 905 942",
    "OR": "458 503 541 971",
    "PA": "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878",
    "Puerto Rico": "787 939",
    "QC": "263 354 367 418 438 450 468 514 579 581 819 873",
    "RI": "401",
    "SC": "803 821 839 843 854 864",
    "SD": "605",
    "SK": "306 474 639",
    "TN": "423 615 629 731 865 901 931",
    "TX": "210 214 254 281 325 346 361 409 430 432 469 512 682 713 "
    "726 737 806 817 830 832 903 915 936 940 945 956 972 979",
    "UT": "385 435 801",
    "VA": "276 434 540 571 686 703 757 804 826 948",
    "VT": "802",
    "WA": "206 253 360 425 509 564",
    "WI": "262 274 353 414 534 608 715 920",
    "WV": "304 681",
    "WY": "307",
}
"""The area codes of each state and province. Toll-free numbers have none."""

CITIES = {
    "202": ("WASHINGTON", "20001"),
    "206": ("SEATTLE", "98101"),
    "210": ("SAN ANTONIO", "78205"),
    "212": ("NEW YORK", "10001"),
    "213": ("LOS ANGELES", "90012"),
    "214": ("DALLAS", "75201"),
    "215": ("PHILADELPHIA", "19103"),
    "216": ("CLEVELAND", "44114"),
    "303": ("DENVER", "80202"),
    "305": ("MIAMI", "33130"),
    "312": ("CHICAGO", "60601"),
    "313": ("DETROIT", "48226"),
    "317": ("INDIANAPOLIS", "46204"),
    "403": ("CALGARY", ""),
    "404": ("ATLANTA", "30303"),
    "412": ("PITTSBURGH", "15222"),
    "414": ("MILWAUKEE", "53202"),
    "415": ("SAN FRANCISCO", "94103"),
    "416": ("TORONTO", ""),
    "502": ("LOUISVILLE", "40202"),
    "503": ("PORTLAND", "97204"),
    "504": ("NEW ORLEANS", "70112"),
    "512": ("AUSTIN", "78701"),
    "514": ("MONTREAL", ""),
    "602": ("PHOENIX", "85003"),
    "604": ("VANCOUVER", ""),
    "612": ("MINNEAPOLIS", "55401"),
    "613": ("OTTAWA", ""),
    "615": ("NASHVILLE", "37203"),
    "617": ("BOSTON", "02108"),
    "619": ("SAN DIEGO", "92101"),
    "702": ("LAS VEGAS", "89101"),
    "704": ("CHARLOTTE", "28202"),
    "713": ("HOUSTON", "77002"),
    "787": ("SAN JUAN", "00901"),
    "801": ("SALT LAKE CITY", "84101"),
    "808": ("HONOLULU", "96813"),
    "901": ("MEMPHIS", "38103"),
    "907": ("ANCHORAGE", "99501"),
    "919": ("RALEIGH", "27601"),
}
"""The city and ZIP code of some area codes; Twilio sends no Canadian postal codes."""

_STATE_OF = {area: state for state, areas in STATES.items() for area in areas.split()}


class Place(NamedTuple):
    """What Twilio says about where a number is; "" is unknown."""

    country: str = ""
    state: str = ""
    city: str = ""
    zip_code: str = ""


def place_of(number: str | None) -> Place:
    """Return the place of an E.164 number; outside North America, only its country."""
    country = region_of(number)
    area = (number or "")[2:5] if (number or "").startswith("+1") else ""
    city, zip_code = CITIES.get(area, ("", ""))
    return Place(country, _STATE_OF.get(area, ""), city, zip_code)
