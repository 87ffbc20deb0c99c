# Le résumé lui-même : titres, phrases et tableaux. Ce qui est entre accolades est inséré ; les nombres choisissent le pluriel.

title-daily = { $community } : { $day }
title-weekly = { $community } : semaine ({ $days })
title-monthly = { $community } : { $month }
audience = Pour { $reader }, fuseau horaire { $zone }.

## Objet, 60 caractères au plus

subject = { $community } : { $facts }
fact-decisions = { $more ->
    [true] au moins { $number } à décider
   *[false] { $number ->
        [0] rien à décider
       *[other] { $number } à décider
    }
}
fact-unusual = { $number ->
    [one] { $number } inhabituel
   *[other] { $number } inhabituels
}
fact-more = { $name } en hausse
fact-less = { $name } en baisse
fact-said = { $number ->
    [one] { $number } message
   *[other] { $number } messages
}

## L’essentiel : seulement ce qui a été testé

status-more = Plus que d’habitude : { $names }.
status-less = Moins que d’habitude : { $names }.
status-slower = Les réponses sont venues plus tard que lors de la période précédente.
status-faster = Les réponses sont venues plus tôt que lors de la période précédente.
status-else = Aucun autre changement net dans ce qui est dit ici.
status-partial = Le journal n’a pas pu être lu en entier à temps : des personnes, des réponses et des citations peuvent manquer.
and-others = { $number ->
    [one] { $number } autre
   *[other] { $number } autres
}
status-unclear = Pas de changement net.
status-few = Trop peu pour dire si quelque chose a changé.
status-young = Il n’y a pas encore d’historique pour comparer.
status-running = Cette période n’est pas terminée : rien n’est encore comparé.
status-not-asked = Ce résumé ne dit que ce qui a été demandé.

## À décider

decisions = À décider ({ $number })
decisions-caption = D’abord ce qui presse, puis ce qui attend depuis le plus longtemps
settled = { $number ->
    [one] { $number } affaire qui figurait ici n’attend plus.
   *[other] { $number } affaires qui figuraient ici n’attendent plus.
}
nothing-waits = Rien n’attend.
nothing-waits-so-far = Rien n’attend dans ce qui a été parcouru.
at-least = au moins { $number }
late = en retard de { $time }
due-in = encore { $time }
more-on-page = { $number ->
    [one] La suite ({ $number }) est sur la page.
   *[other] La suite ({ $number }) est sur la page.
}

waits-case = Cas
waits-appeal = Recours
waits-announcement = Annonce à approuver
waits-missed = Annonce manquée
waits-series = Série à approuver
waits-answer = Réponse à approuver
waits-merge = Peut-être la même chose
waits-delivery = Envoi
waits-parked = { $number ->
    [one] Événement mis de côté
   *[other] Événements mis de côté ({ $number })
}
waits-connection = Connexion
waits-fetching = Collecte
waits-paused = Cible en pause
waits-hold = Tout est suspendu
waits-alert = { $number ->
    [one] Alerte
   *[other] Alertes ({ $number })
}
waits-answers = { $number ->
    [one] Attend une réponse
   *[other] Attendent une réponse ({ $number })
}

## Têtes des tableaux

head-what = Quoi
head-about = À propos
head-waiting = Attente
head-unusual = Combien
head-before-it = Juste avant
head-source = Source
head-theme = Thème
head-kind = Type
head-people = Personnes
head-count = Nombre
head-usual = D’ordinaire
head-before-daily = Une semaine avant
head-before-weekly = La semaine d’avant
head-before-monthly = Le mois d’avant
head-median = Médiane des quatre
head-change = Changement
head-day = Jour
head-mood = Humeur
head-share = Part
head-cases = Cas
head-reason = Motif
head-person = Qui
head-decided = Décidés
head-announcement = Annonce
head-place = Lieu
head-likes = J’aime
head-shares = Partages
head-replies = Réponses
head-views = Vues
head-feedback = Retours
head-when = Quand
head-title = Titre

## Ce qui s’est dit

unusual = Inhabituel ({ $number })
unusual-caption = Nombres du jour le plus écarté, tels qu’ils sont maintenant
episode = { $count } le { $day }, d’ordinaire { $usual }{ $days ->
    [one] {""}
   *[other]  ; { $direction ->
        [more] plus
       *[fewer] moins
    } que d’habitude pendant { $days } jours
}
cause = { $what ->
    [release] version
    [announcement] annonce
    [event] événement
    [alert] alerte
   *[note] note
} « { $title } »
no-cause = Rien de connu juste avant.

volume = Volume des échanges
volume-caption = Sujets, messages et commentaires, par source
days-caption = Les mêmes par jour : les nombres de l’image
people = { $number ->
    [one] { $number } personne s’est exprimée.
   *[other] { $number } personnes se sont exprimées.
}
all = Tout
not-counted = pas compté
no-history = pas encore
people-unknown = inconnu

topics = De quoi on a parlé
themes-caption = Thèmes, ceux qui occupent le plus de personnes d’abord ; un message peut en avoir plusieurs
kinds-caption = Types, tels que de petits modèles les lisent
within = en { $time }
rising = { $cadence ->
    [daily] En hausse par rapport au même jour de la semaine précédente
   *[other] En hausse par rapport à la période précédente
}{ $number ->
    [one] {""}
   *[other] , le plus sûr d’abord
} : { $names }.
shares = { $number ->
    [one] Sur { $number } texte lisible : { $shares }, erreurs de lecture corrigées.
   *[other] Sur { $number } textes lisibles : { $shares }, erreurs de lecture corrigées.
}
share = { $range } de { $name }
too-few-texts = { $number ->
    [one] Trop peu pour dire la part de chaque type : { $number } texte lisible, il en faut trente.
   *[other] Trop peu pour dire la part de chaque type : { $number } textes lisibles, il en faut trente.
}
quotes-of = { $name } : dans les mots des gens
quote-typical = Typique
quote-newest = Le plus récent
quote-dissenting = D’une autre humeur
said-at = { $place }, { $at }

mood = Humeur
mood-changed = La part d’une humeur a nettement changé.
mood-caption = Parts, erreurs de lecture corrigées, chacune avec l’intervalle où elle se trouve neuf fois sur dix

replies = Réponses
asked = { $asked ->
    [one] { $asked } question ou fil attendait une réponse ;
   *[other] { $asked } questions et fils attendaient une réponse ;
} { $unanswered ->
    [0] plus rien n’attend.
    [one] { $unanswered } n’en a pas encore.
   *[other] { $unanswered } n’en ont pas encore.
}
in-time = Sous 24 heures : { $share } (intervalle { $range }).
in-time-few = Sous 24 heures : trop peu pour le dire.
half-replied = La moitié a reçu une réponse en { $half }, neuf sur dix { $nine }.
not-yet = pas encore
show-waiting = Montrer qui attend

series-total = tout ce qui s’est dit
series-theme = « { $title } »
series-source = la source « { $name } »
series-other = { $what } { $name }
kind-bug = bugs
kind-feature = souhaits
kind-praise = éloges
kind-complaint = plaintes
kind-question = questions
kind-other = tout le reste
mood-positive = positive
mood-negative = négative
mood-neutral = neutre
mood-unclear = incertaine

## Modération

moderation = Modération
moderation-caption = Cas de la période
cases-opened = Ouverts
cases-decided = Décidés
cases-open = { $number ->
    [0] Aucun cas n’est ouvert.
    [one] Un cas est ouvert
   *[other] { $number } cas sont ouverts
}{ $number ->
    [0] {""}
   *[other] { $late ->
        [0] , aucun en retard.
        [one] , un en retard.
       *[other] , { $late } en retard.
    }
}
case-oldest = Le plus ancien attend depuis { $time }.
half-decided = La moitié a été décidée en { $half }, neuf sur dix { $nine } ; les cas encore ouverts comptent comme en attente.
appeals = { $made ->
    [0] Pas de nouveau recours
    [one] Un recours
   *[other] { $made } recours
} ; décisions confirmées : { $upheld }, annulées : { $overturned }.
reasons-caption = Ce qui a été signalé
load-caption = Qui a décidé, par nom : personne n’est classé
show-cases = Montrer ces cas

## Annonces et ce qui vient

announcements = Ce qui a été annoncé
announcements-caption = Ce que les gens en ont fait, relu après une heure, un jour et une semaine ; et ce qui a été dit en réponse sous 48 heures
also-announced = { $number ->
    [one] Une autre annonce est partie.
   *[other] { $number } autres annonces sont parties.
}
nowhere = non envoyée
not-told = non communiqué
coming = À venir
coming-caption = Événements, annonces prévues, et jours fériés là où vous êtes
coming-event = Événement
coming-announcement = Annonce
coming-holiday = Jour férié
at-place = { $title }, { $place }

## Images

alt-days = Messages par jour, { $days } : { $range }.
alt-day = { $day } ({ $number })
alt-above = Plus que d’habitude : { $days }.
alt-below = Moins que d’habitude : { $days }.
alt-within = Chaque jour était dans l’ordinaire.
alt-within-known = Chaque jour dont l’ordinaire est connu était dans l’ordinaire.
alt-young = Il n’y a pas encore d’historique pour dire ce qui est ordinaire.
alt-topics = Le plus abordé : { $name } ({ $number }).
alt-none-above = Rien ne dépasse l’ordinaire.
legend-daily = ce jour
legend-weekly = cette semaine
legend-monthly = ce mois
legend-usual = d’ordinaire
legend-median = médiane de quatre semaines
legend-above = plus que d’habitude
legend-below = moins que d’habitude

## Comment c’est compté

counted = Compté dans le journal, chaque message une fois, du { $starts } au { $ends } ({ $zone }).
ranges = Neuf jours sur dix tombent dans l’intervalle ordinaire, appris sur 112 jours au plus ; il en faut 21 pour le dire. Un changement n’est nommé que si l’intervalle à 90 % du rapport aux quatre périodes semblables d’avant exclut « aucun changement ».
models = À quelle fréquence les modèles ont raison : { $models }.
accuracy = { $what } en { $language } { $right } ({ $model })
model-kind = type
model-mood = humeur
model-language = langue
made = Fait le { $at }. Somme de contrôle { $checksum }, { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
} du journal ; `liaison digest verify` recompte.
seal = Sceau des historiques :

## Courriel et messagerie

read-as-page = Lire ce résumé sur une page
heading = { $label } :
in-quotes = « { $text } »
all-of-it = Tout, sur une page
words-gone = Ce qui figurait ici a été retiré, car une personne peut-être citée a demandé à être effacée.
stop-mails = Ne plus recevoir ces courriels
change-settings = L’heure et la langue sont dans le programme : demandez à qui le gère.

## Ce qui n’attend pas

urgent-title = { $community } : { $number ->
    [one] { $number } affaire urgente
   *[other] { $number } affaires urgentes
}
urgent-why = Ceci n’attend pas le résumé.
