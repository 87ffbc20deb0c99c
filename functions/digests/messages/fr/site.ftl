# Le site derrière le lien d’un résumé.

skip = Aller au contenu
pages = Pages
all-digests = Tous les résumés
no-digests = Il n’y en a pas encore.
no-such-digest = Ce résumé n’existe pas, ou plus.
head-period = Période
head-said = Messages
head-unusual-days = Inhabituels
head-decisions = À décider
items-title = { $name } · { $title }
items-told = { $number ->
    [0] Rien n’a été compté.
    [one] { $number } a été compté ; voici ce qui reste.
   *[other] { $number } ont été comptés ; voici ce qui reste.
}
back = Retour au résumé
older = Plus anciens
nothing-there = Il n’en reste rien.
no-words = (le texte n’est plus conservé)
search = Rechercher
search-label = Des mots dits ces quatre-vingt-dix derniers jours
search-button = Rechercher
search-found = { $number ->
    [0] Rien n’a été trouvé.
    [one] Un résultat.
    [50] Voici les 50 plus récents.
   *[other] { $number } résultats.
}
settled-since = n’attend plus
head-opened = Ouvert
head-state = État
cases-title = Cas · { $title }
cases-caption = Ouverts pendant la période, tels qu’ils sont maintenant
state-open = ouvert
state-claimed = pris
state-snoozed = remis à plus tard
state-decided = décidé
